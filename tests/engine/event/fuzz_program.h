// A fuzzer is built twice: for libFuzzer, and as an ordinary test program that runs its corpus and 30,000 mutations of
// it from a fixed seed, so that it never rots. Such a program defines these two beside LLVMFuzzerTestOneInput.
#pragma once

#include <string>
#include <vector>

namespace weir::event {

// Inputs that the reader accepts, for the greater part.
std::vector<std::string> fuzz_corpus();

// How many inputs the reader accepted so far. The program fails if mutations were hardly ever accepted: then it would
// fuzz the first check alone.
long fuzz_accepted();

}  // namespace weir::event
