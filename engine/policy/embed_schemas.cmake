# Writes OUTPUT, a C++ source that holds the JSON Schemas of FOLDER for editors:
#   cmake -D FOLDER=engine/policy -D OUTPUT=file.cc -P embed_schemas.cmake
set(names features inputs lists policy rules schema)
set(source "#include <array>\n\n#include \"engine/policy/editor_schemas.h\"\n\nnamespace weir::policy {\n\n")
string(APPEND source "std::span<const EditorSchema> editor_schemas() {\n")
string(APPEND source "  static constexpr std::array<EditorSchema, 6> kSchemas{{\n")
foreach(name IN LISTS names)
  file(READ ${FOLDER}/${name}.schema.json text)
  string(APPEND source "      {\"${name}.schema.json\", R\"WEIR_SCHEMA(${text})WEIR_SCHEMA\"},\n")
endforeach()
string(APPEND source "  }};\n  return kSchemas;\n}\n\n}  // namespace weir::policy\n")
file(WRITE ${OUTPUT} "${source}")
