// Another process on a state directory, for open_test.cc.
//   store_process open DIRECTORY    opens it and prints why that failed, if it did
//   store_process write DIRECTORY   writes epochs without end; prints a line once there are some
#include <cstdio>
#include <string>
#include <string_view>

#include "engine/state/store.h"

int main(int count, char** arguments) {
  using namespace weir::state;
  if (count != 3) return 2;
  StoreOptions options;
  options.directory = arguments[2];
  auto store = Store::open(options);
  if (!store) {
    std::puts(store.error().message.c_str());
    return 1;
  }
  if (std::string_view(arguments[1]) == "open") return 0;
  Batch batch;
  for (int epoch = 0;; ++epoch) {
    batch.clear();
    for (std::uint32_t e = 0; e < 5; ++e) batch.append_rows(e, "key", 0, epoch, "r");
    batch.append_event("event" + std::to_string(epoch), epoch, "e");
    batch.put_position(std::to_string(epoch));
    if (!(*store)->write(batch)) return 1;
    if (epoch == 50) {
      std::puts("writing");
      std::fflush(stdout);
    }
  }
}
