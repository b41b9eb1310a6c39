# Writes OUTPUT, a C++ source that holds the files of the policies under FOLDER, and of which of them each pack is made:
#   cmake -D FOLDER=rules/packs -D POLICIES=retail-bank,template -D PACKS=retail-bank/card-fraud -D OUTPUT=file.cc
#     -P embed.cmake
string(REPLACE "," ";" policies "${POLICIES}")
string(REPLACE "," ";" packs "${PACKS}")
set(source "#include <array>\n\n#include \"rules/packs/packs.h\"\n\nnamespace weir::packs {\nnamespace {\n\n")
set(table "")

# Adds what is called `name`: the files of `policy` by these paths.
function(add_files name policy files)
  string(MAKE_C_IDENTIFIER ${name} identifier)
  list(LENGTH files count)
  string(APPEND source "constexpr std::array<File, ${count}> k_${identifier}{{\n")
  foreach(file IN LISTS files)
    file(READ ${FOLDER}/${policy}/${file} text)
    string(APPEND source "    {\"${file}\", R\"WEIR_PACK(${text})WEIR_PACK\"},\n")
  endforeach()
  string(APPEND source "}};\n\n")
  set(source "${source}" PARENT_SCOPE)
  list(APPEND table "    {\"${name}\", k_${identifier}},\n")
  set(table "${table}" PARENT_SCOPE)
endfunction()

foreach(policy IN LISTS policies)
  file(GLOB_RECURSE files RELATIVE ${FOLDER}/${policy} ${FOLDER}/${policy}/*.yaml)
  list(SORT files COMPARE STRING)
  add_files(${policy} ${policy} "${files}")
endforeach()
foreach(path IN LISTS packs)
  string(REGEX REPLACE "/.*" "" policy ${path})
  string(REGEX REPLACE ".*/" "" pack ${path})
  file(GLOB_RECURSE files RELATIVE ${FOLDER}/${policy} ${FOLDER}/${policy}/*.yaml)
  # A model's inputs are made of the features of all packs.
  list(FILTER files EXCLUDE REGEX "^inputs[.]yaml$")
  list(FILTER files INCLUDE REGEX "^([^/]*|features/${pack}[.]yaml|rules/${pack}/.*)$")
  list(SORT files COMPARE STRING)
  add_files(${pack} ${policy} "${files}")
endforeach()
list(SORT table)
list(LENGTH table count)
list(JOIN table "" table)
string(APPEND source "constexpr std::array<Pack, ${count}> kPacks{{\n${table}}};\n\n}  // namespace\n\n"
  "std::span<const Pack> shipped() { return kPacks; }\n\n}  // namespace weir::packs\n")
file(WRITE ${OUTPUT} "${source}")
