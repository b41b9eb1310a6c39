#include "engine/base/thread_name.h"

#include <pthread.h>

namespace weir {

void name_thread(const std::string& name) {
  constexpr std::size_t kMostBytes = 15;                                         // Linux's limit
  (void)pthread_setname_np(pthread_self(), name.substr(0, kMostBytes).c_str());  // a name is no reason to fail
}

}  // namespace weir
