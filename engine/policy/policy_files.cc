#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "engine/policy/limits.h"
#include "engine/policy/policy.h"
#include "engine/policy/policy_paths.h"
#include "engine/yaml/document.h"

namespace weir::policy {
namespace {

namespace fs = std::filesystem;

class DirectoryReader {
 public:
  explicit DirectoryReader(fs::path root) : root_(std::move(root)) {}

  void read_root() {
    std::error_code error;
    const auto status = fs::status(root_, error);
    if (error || !fs::is_directory(status)) {
      report(root_.string(), fs::exists(status) ? "this is not a directory" : "there is no such directory",
             "a policy is a directory with policy.yaml and schema.yaml; `weir init` makes one");
      return;
    }
    read_folder("", 0);
    std::sort(files_.begin(), files_.end(), [](const PolicyFile& a, const PolicyFile& b) { return a.path < b.path; });
  }

  std::vector<PolicyFile>& files() { return files_; }
  const Issues& issues() const { return issues_; }

 private:
  void report(const std::string& name, std::string message, std::string suggestion = {}) {
    issues_.error({std::make_shared<const SourceFile>(SourceFile{name, ""}), 0, 0, 1}, std::move(message),
                  std::move(suggestion));
  }

  // `folder` is "" or ends in '/'.
  void read_folder(const std::string& folder, std::size_t depth) {
    std::error_code error;
    fs::directory_iterator at(root_ / folder, error);
    for (; !error && at != fs::directory_iterator(); at.increment(error)) {
      read_entry(folder + at->path().filename().string(), *at, depth);
    }
    if (error) report((root_ / folder).string(), "the directory can't be read: " + error.message());
  }

  void read_entry(const std::string& path, const fs::directory_entry& entry, std::size_t depth) {
    std::error_code error;
    const auto status = entry.symlink_status(error);
    const bool is_ours = is_policy_folder(path);
    std::string advice;
    const auto kind = classify_path(path, advice);
    const bool hidden = entry.path().filename().string().starts_with('.');
    if (!error && fs::is_directory(status)) {
      if (!is_ours || hidden) return;
      if (depth == kMaxRuleFolderDepth) {
        report(entry.path().string(),
               "rule folders are nested more than " + std::to_string(kMaxRuleFolderDepth) + " deep");
        return;
      }
      read_folder(path + "/", depth + 1);
      return;
    }
    const bool linked_folder = !error && fs::is_symlink(status) && is_ours && !hidden && kind == PathKind::kIgnored;
    if (linked_folder && fs::is_directory(entry.path(), error)) {
      report(entry.path().string(), "a policy has no symbolic links", "put the files themselves here");
      return;
    }
    if (path == "rules" || path == "lists" || path == "features" || path == "model") {
      report(entry.path().string(), "this is not a directory", "its files go into a folder `" + path + "`");
    }
    if (kind == PathKind::kIgnored) return;
    if (kind == PathKind::kSuspicious) {
      report(entry.path().string(), "this file is not part of a policy", std::move(advice));
    } else if (!error && fs::is_symlink(status)) {
      report(entry.path().string(), "a policy has no symbolic links", "put the file itself here");
    } else if (error || !fs::is_regular_file(status)) {
      report(entry.path().string(),
             error ? "the file can't be read: " + error.message() : "this is not a regular file");
    } else {
      read_file(path, entry.path());
    }
  }

  void read_file(const std::string& path, const fs::path& full) {
    if (files_.size() == kMaxFiles) {
      if (!too_many_) report(root_.string(), "a policy has at most " + std::to_string(kMaxFiles) + " files");
      too_many_ = true;
      return;
    }
    std::error_code error;
    const auto size = fs::file_size(full, error);
    std::ifstream in(full, std::ios::binary);
    if (error || !in) {
      report(full.string(), "the file can't be read");
      return;
    }
    const auto limit = is_model_file(path) ? kMaxModelBytes : yaml::kMaxFileBytes;
    if (size > limit) {
      report(full.string(), "the file has " + std::to_string(size) + " bytes, the limit is " + std::to_string(limit));
      return;
    }
    std::string text(size, '\0');
    in.read(text.data(), static_cast<std::streamsize>(size));
    if (static_cast<std::uintmax_t>(in.gcount()) != size || in.peek() != std::ifstream::traits_type::eof()) {
      report(full.string(), "the file changed while it was read", "try again");
      return;
    }
    files_.push_back({path, std::move(text)});
  }

  fs::path root_;
  std::vector<PolicyFile> files_;
  Issues issues_;
  bool too_many_ = false;
};

}  // namespace

Result<std::vector<PolicyFile>, Issues> read_policy_files(const std::string& directory) {
  DirectoryReader reader(directory);
  reader.read_root();
  if (reader.issues().has_errors()) return reader.issues();
  return std::move(reader.files());
}

}  // namespace weir::policy
