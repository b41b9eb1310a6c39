# Writes OUTPUT, a C++ source that holds the page INPUT:
#   cmake -D INPUT=page.html -D OUTPUT=file.cc -P embed_page.cmake
file(READ ${INPUT} text)
file(WRITE ${OUTPUT} "#include \"ops/command/backtest_page.h\"\n\nnamespace weir::command {\n
std::string_view backtest_template() {\n  return R\"WEIR_PAGE(${text})WEIR_PAGE\";\n}\n\n}  // namespace weir::command\n")
