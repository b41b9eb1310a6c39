#include "ops/command/policy_store.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

namespace weir::command {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHashStart = "sha256:";
constexpr std::string_view kTaken = "policies.taken";
constexpr std::string_view kLive = "live";
constexpr std::string_view kShadow = "shadow";
constexpr std::string_view kNone = "-";

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

struct Entry {
  std::int64_t at_ms = 0;
  std::string_view role;
  std::string hash;
};

// What is no line of ours is passed over: it tells nothing of a policy.
std::vector<Entry> entries(const fs::path& path) {
  std::vector<Entry> out;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    Entry entry;
    std::string role;
    if (!(words >> entry.at_ms >> role >> entry.hash) || (role != kLive && role != kShadow)) continue;
    entry.role = role == kLive ? kLive : kShadow;
    out.push_back(std::move(entry));
  }
  return out;
}

void append(const Entry& entry, std::string& out) {
  out.append(std::to_string(entry.at_ms)).append(" ").append(entry.role).append(" ").append(entry.hash).append("\n");
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

std::vector<PolicyStore::Kept> PolicyStore::taken() const {
  std::vector<Kept> out;
  std::map<std::string_view, std::string> in_force;  // by role
  for (const auto& entry : entries(fs::path(directory_) / kTaken)) {
    auto& current = in_force[entry.role];
    const auto period = [&](Kept& kept) -> std::optional<Period>& {
      return entry.role == kLive ? kept.live : kept.shadow;
    };
    for (auto& kept : out) {
      if (kept.hash == current) period(kept)->until_ms = entry.at_ms;
    }
    current = entry.hash;
    std::error_code error;
    if (!fs::exists(path_of(entry.hash), error)) continue;
    const auto known = std::find_if(out.begin(), out.end(), [&](const Kept& kept) { return kept.hash == entry.hash; });
    Kept kept = known == out.end() ? Kept{entry.hash, {}, {}} : *known;
    if (known != out.end()) out.erase(known);
    period(kept) = Period{entry.at_ms, {}};
    out.push_back(std::move(kept));
  }
  return out;
}

Result<std::string> PolicyStore::find(std::string_view start_of_hash) const {
  const auto start = std::string(kHashStart) + folder_of(start_of_hash);
  std::vector<std::string> found;
  for (auto& kept : taken()) {
    if (kept.hash.starts_with(start)) found.push_back(std::move(kept.hash));
  }
  if (found.size() == 1) return found[0];
  if (found.empty()) return Error{"no policy with the hash " + start + " ever decided here, or was in the shadow"};
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

// What was taken last is noted once, however often it is said.
Status PolicyStore::note(std::string_view role, std::string_view hash, std::int64_t now_ms) const {
  const auto path = fs::path(directory_) / kTaken;
  std::string text;
  std::string last(kNone);
  for (const auto& entry : entries(path)) {
    append(entry, text);
    if (entry.role == role) last = entry.hash;
  }
  const Entry entry{now_ms, role, std::string(hash.empty() ? kNone : hash)};
  if (entry.hash == last) return {};
  append(entry, text);
  return replace_file(path, text);
}

Status PolicyStore::set_live(std::string_view hash, std::int64_t now_ms) const {
  if (auto status = note(kLive, hash, now_ms); !status) return status;
  return replace_file(fs::path(directory_) / "policy.live", std::string(hash) + "\n");
}

std::string PolicyStore::live() const { return read_line(fs::path(directory_) / "policy.live"); }

Status PolicyStore::wish_shadow(std::string_view hash) const {
  return replace_file(fs::path(directory_) / "shadow.wanted", std::string(hash) + "\n");
}
std::string PolicyStore::shadow_wish() const { return read_line(fs::path(directory_) / "shadow.wanted"); }

Status PolicyStore::set_live_shadow(std::string_view hash, std::int64_t now_ms) const {
  if (auto status = note(kShadow, hash, now_ms); !status) return status;
  return replace_file(fs::path(directory_) / "shadow.live", std::string(hash) + "\n");
}
std::string PolicyStore::live_shadow() const { return read_line(fs::path(directory_) / "shadow.live"); }

}  // namespace weir::command
