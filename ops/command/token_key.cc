#include "ops/command/token_key.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "engine/base/sha256.h"

namespace weir::command {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kIdDigits = 16;

}  // namespace

Result<TokenKey> read_token_key(const std::string& path) {
  if (path.empty()) return TokenKey{};
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    return Error{"token key " + path + ": " + std::strerror(errno) +
                 "; `weir config --new weir.yaml` makes one beside it, or copy the one in use"};
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error{"token key " + path + " may be read by others than its owner: chmod 600 " + path};
  }
  std::ifstream in(path, std::ios::binary);
  TokenKey key;
  key.bytes.assign(std::istreambuf_iterator<char>(in), {});
  if (!in || key.bytes.size() < kKeyBytes) {
    return Error{"token key " + path + " is shorter than " + std::to_string(kKeyBytes) + " bytes"};
  }
  key.id = hex(Sha256().hash(key.bytes)).substr(0, kIdDigits);
  return key;
}

Status make_token_key(const std::string& path) {
  char bytes[kKeyBytes];
  if (getrandom(bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes))
    return Error{"no random bytes to be had"};
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return Error{"token key " + path + ": " + std::strerror(errno)};
  const bool written = write(file, bytes, sizeof bytes) == static_cast<ssize_t>(sizeof bytes) && fsync(file) == 0;
  close(file);
  if (!written) return Error{"token key " + path + ": " + std::strerror(errno)};
  return {};
}

}  // namespace weir::command
