#include "ops/command/policy_store.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace weir::command {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHashStart = "sha256:";

// A name without a colon.
std::string folder_of(std::string_view hash) {
  return std::string(hash.starts_with(kHashStart) ? hash.substr(kHashStart.size()) : hash);
}

Status write_file(const fs::path& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text << std::flush;
  if (!out) return Error{path.string() + ": can't be written"};
  return {};
}

// All of it or nothing, also for who reads meanwhile.
Status replace_file(const fs::path& path, std::string_view text) {
  auto draft = path;
  draft += ".new";
  if (auto status = write_file(draft, text); !status) return status;
  std::error_code error;
  fs::rename(draft, path, error);
  return error ? Status(Error{path.string() + ": " + error.message()}) : Status();
}

std::string read_line(const fs::path& path, std::string* second = nullptr) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  if (second != nullptr) std::getline(in, *second);
  return line;
}

}  // namespace

std::string PolicyStore::path_of(std::string_view hash) const {
  return (fs::path(directory_) / "policies" / folder_of(hash)).string();
}

Status PolicyStore::keep(const std::vector<policy::PolicyFile>& files, std::string_view hash) const {
  const fs::path home = path_of(hash);
  std::error_code error;
  if (fs::exists(home, error)) return {};
  const fs::path draft = home.string() + "." + std::to_string(getpid()) + ".new";
  fs::remove_all(draft, error);
  for (const auto& file : files) {
    const auto path = draft / file.path;
    fs::create_directories(path.parent_path(), error);
    if (error) return Error{path.parent_path().string() + ": " + error.message()};
    if (auto status = write_file(path, file.text); !status) return status;
  }
  fs::rename(draft, home, error);
  if (error && !fs::exists(home)) return Error{home.string() + ": " + error.message()};
  return {};
}

std::vector<PolicyStore::Kept> PolicyStore::all() const {
  std::vector<Kept> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(fs::path(directory_) / "policies", error)) {
    const auto name = entry.path().filename().string();
    if (name.find('.') != std::string::npos) continue;
    const auto time = std::chrono::file_clock::to_sys(entry.last_write_time(error));
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
    out.push_back({std::string(kHashStart) + name, since.count()});
  }
  std::sort(out.begin(), out.end(), [](const Kept& a, const Kept& b) {
    return a.kept_ms != b.kept_ms ? a.kept_ms < b.kept_ms : a.hash < b.hash;
  });
  return out;
}

Result<std::string> PolicyStore::find(std::string_view start_of_hash) const {
  const auto start = std::string(kHashStart) + folder_of(start_of_hash);
  std::vector<std::string> found;
  for (auto& kept : all()) {
    if (kept.hash.starts_with(start)) found.push_back(std::move(kept.hash));
  }
  if (found.size() == 1) return found[0];
  if (found.empty()) return Error{"no policy with the hash " + start + " was ever live here"};
  return Error{"several policies' hashes begin with " + start + ": give more of it"};
}

Status PolicyStore::wish(const Wish& wish) const {
  return replace_file(fs::path(directory_) / "policy.wanted", wish.hash + "\n" + wish.instead_of + "\n");
}

std::optional<PolicyStore::Wish> PolicyStore::wish() const {
  Wish wish;
  wish.hash = read_line(fs::path(directory_) / "policy.wanted", &wish.instead_of);
  if (wish.hash.empty()) return std::nullopt;
  return wish;
}

Status PolicyStore::set_live(std::string_view hash) const {
  return replace_file(fs::path(directory_) / "policy.live", std::string(hash) + "\n");
}

std::string PolicyStore::live() const { return read_line(fs::path(directory_) / "policy.live"); }

Status PolicyStore::wish_shadow(std::string_view hash) const {
  return replace_file(fs::path(directory_) / "shadow.wanted", std::string(hash) + "\n");
}
std::string PolicyStore::shadow_wish() const { return read_line(fs::path(directory_) / "shadow.wanted"); }

Status PolicyStore::set_live_shadow(std::string_view hash) const {
  return replace_file(fs::path(directory_) / "shadow.live", std::string(hash) + "\n");
}
std::string PolicyStore::live_shadow() const { return read_line(fs::path(directory_) / "shadow.live"); }

}  // namespace weir::command
