# Writes OUTPUT, a C++ source that holds the files of the policies under FOLDER, and of which of them each pack is made:
#   cmake -D FOLDER=rules/packs -D POLICIES=retail-bank,template -D PACKS=retail-bank/card-fraud -D OUTPUT=file.cc
#     -P embed.cmake
string(REPLACE "," ";" policies "${POLICIES}")
string(REPLACE "," ";" packs "${PACKS}")
set(models "")
set(source "")
set(table "")

# Adds what is called `name`: the files of `policy` by these paths. A model is no text: the assembler takes its bytes.
function(add_files name policy files)
  string(MAKE_C_IDENTIFIER ${name} identifier)
  list(LENGTH files count)
  set(rows "")
  foreach(file IN LISTS files)
    if(file MATCHES "[.]safetensors$")
      set(path ${FOLDER}/${policy}/${file})
      file(SIZE ${path} bytes)
      # With its hash in the name a compiler cache sees that it is another one.
      file(SHA256 ${path} hash)
      set(symbol weir_model_${hash})
      string(APPEND models "asm(\".pushsection .rodata\\n.global ${symbol}\\n${symbol}:\\n\"\n"
        "    \".incbin \\\"${path}\\\"\\n.popsection\");\n"
        "extern \"C\" const char ${symbol}[${bytes}];\n\n")
      string(APPEND rows "    {\"${file}\", {${symbol}, ${bytes}}},\n")
    else()
      file(READ ${FOLDER}/${policy}/${file} text)
      string(APPEND rows "    {\"${file}\", R\"WEIR_PACK(${text})WEIR_PACK\"},\n")
    endif()
  endforeach()
  string(APPEND source "constexpr std::array<File, ${count}> k_${identifier}{{\n${rows}")
  string(APPEND source "}};\n\n")
  set(models "${models}" PARENT_SCOPE)
  set(source "${source}" PARENT_SCOPE)
  list(APPEND table "    {\"${name}\", k_${identifier}},\n")
  set(table "${table}" PARENT_SCOPE)
endfunction()

foreach(policy IN LISTS policies)
  file(GLOB_RECURSE files RELATIVE ${FOLDER}/${policy} ${FOLDER}/${policy}/*.yaml ${FOLDER}/${policy}/*.safetensors)
  list(SORT files COMPARE STRING)
  add_files(${policy} ${policy} "${files}")
endforeach()
foreach(path IN LISTS packs)
  string(REGEX REPLACE "/.*" "" policy ${path})
  string(REGEX REPLACE ".*/" "" pack ${path})
  file(GLOB_RECURSE files RELATIVE ${FOLDER}/${policy} ${FOLDER}/${policy}/*.yaml)
  # A model's inputs are made of the features of all packs: it goes with the whole policy.
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
file(WRITE ${OUTPUT} "#include <array>\n\n#include \"rules/packs/packs.h\"\n\n${models}"
  "namespace weir::packs {\nnamespace {\n\n${source}")
