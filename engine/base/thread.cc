#include "engine/base/thread.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace weir {

void name_thread(const std::string& name) {
  constexpr std::size_t kMostBytes = 15;                                         // Linux's limit
  (void)pthread_setname_np(pthread_self(), name.substr(0, kMostBytes).c_str());  // a name is no reason to fail
}

void lower_thread_priority() {
  constexpr int kNice = 10;
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);  // nor is this one
}

}  // namespace weir
