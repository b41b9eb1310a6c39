# Writes OUTPUT, a C++ source in which FUNCTION() of HEADER, in namespace weir::cel, gives the text of INPUT:
#   cmake -D INPUT=time_zones.txt -D HEADER=rules/cel/time_zone_text.h -D FUNCTION=time_zone_text -D OUTPUT=file.cc
#     -P embed_text.cmake
file(READ ${INPUT} text)
file(WRITE ${OUTPUT} "#include \"${HEADER}\"\n
#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n
namespace weir::cel {\n
std::string_view ${FUNCTION}() {\n  static constexpr char kText[] = R\"WEIR_TEXT(${text})WEIR_TEXT\";
  return {kText, sizeof kText - 1};\n}\n\n}  // namespace weir::cel\n")
