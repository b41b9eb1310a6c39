// What the calling thread is to the system.
#pragma once

#include <string>

namespace weir {

// What the calling thread is called in top, perf and /proc: the first 15 bytes of it.
void name_thread(const std::string& name);

// The calling thread does what can wait: on a busy machine the processor is others' first.
void lower_thread_priority();

}  // namespace weir
