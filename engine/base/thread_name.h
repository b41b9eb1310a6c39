#pragma once

#include <string>

namespace weir {

// What the calling thread is called in top, perf and /proc: the first 15 bytes of it.
void name_thread(const std::string& name);

}  // namespace weir
