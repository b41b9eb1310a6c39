#include "engine/shard/memory.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "engine/base/check.h"
#include "engine/shard/history_fetcher.h"
#include "engine/shard/list_store.h"
#include "engine/shard/waiting_labels.h"

namespace weir::shard {
namespace {

// A chunk that is this large is full: the next epoch begins another, so that compaction copies a row few times.
constexpr std::size_t kFullChunkBytes = 4096;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <class T>
using ByText = boost::unordered_flat_map<std::string, T, TextHash, std::equal_to<>>;

std::size_t hash_of(std::string_view text) { return TextHash{}(text); }

}  // namespace

struct Resident {
  Resident(std::shared_ptr<const history::Layout> layout, std::uint32_t entity_number, std::string entity_key)
      : history(std::move(layout)), number(entity_number), key(std::move(entity_key)) {}

  history::EntityHistory history;
  std::uint32_t number;
  std::string key;
  std::string pending;  // entries that no batch has yet
  std::int64_t pending_newest_ms = INT64_MIN;
  std::uint32_t chunk = 0;
  std::size_t chunk_bytes = 0;
  std::int64_t stored_first_seen_ms = INT64_MAX;
  bool changed = false;    // is in Memory's list of changed ones
  bool unwritten = false;  // is in the cut that is not written yet
  std::size_t counted_bytes = 0;
  std::uint32_t entity = 0;  // index into the schema's entities
  bool used = true;          // since trim() passed by
};

namespace {

// A history as it stands in the store, and how it stands there.
struct Handed {
  std::string rows;
  std::uint32_t chunk = 0;
  std::size_t chunk_bytes = 0;
  std::int64_t first_seen_ms = INT64_MAX;
  std::int64_t stored_first_seen_ms = INT64_MAX;
};

// Rows in the order in which they came, each with its labels behind it.
std::string rows_of(const history::EntityHistory& past, const history::RowCodec& codec) {
  std::vector<std::pair<std::uint64_t, std::string>> rows;
  past.visit([&](const history::RowView& row) {
    auto& [sequence, bytes] = rows.emplace_back(row.sequence, std::string());
    codec.encode_row(row.slots, row.time_ms, row.sequence, row.own_label, bytes);
    for (const auto& label : row.topic_labels) codec.encode_label(row.time_ms, row.sequence, label, bytes);
  });
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string all;
  for (const auto& [sequence, bytes] : rows) all += bytes;
  return all;
}

}  // namespace

struct Memory::State {
  std::unique_ptr<Memory> predecessor;
  std::shared_ptr<const event::Schema> schema;
  state::Store* store = nullptr;
  MemoryOptions options;
  std::unique_ptr<ListStore> lists;
  history::Catalogue catalogue;
  std::unique_ptr<history::RowCodec> codec;
  std::vector<std::shared_ptr<const history::Layout>> layouts;
  std::vector<std::uint32_t> entity_numbers;

  std::vector<ByText<std::unique_ptr<Resident>>> residents;  // by entity
  // All of them, for trim(): a queue with second chance comes near to longest unused, and costs a use only a flag.
  std::deque<Resident*> queue;
  std::uint64_t trims = 0;
  std::vector<Resident*> changed;
  std::vector<Resident*> unwritten;
  MemoryFigures figures;

  // Event ids: fingerprints of all ids that the store or the maps below hold, as long as they fit.
  boost::unordered_flat_set<std::uint64_t> known_ids;
  bool knows_all_ids = true;
  static constexpr std::uint64_t kNone = UINT64_MAX;
  struct NewEvent {
    std::string id;
    std::string bytes;
    std::int64_t clock_ms = 0;
    std::uint64_t previous = kNone;  // number of the one before it with the same id
  };
  // In the order of arrival, numbered from first_event. Without a store: all; with one: those not written.
  std::deque<NewEvent> events;
  std::uint64_t first_event = 0;
  std::size_t cut_events = 0;  // of them, from the front, those that the cut has
  // The newest of each id. The keys are texts of `events`.
  boost::unordered_flat_map<std::string_view, std::uint64_t, TextHash, std::equal_to<>> newest_event;
  void drop_oldest_event() {
    const auto found = newest_event.find(events.front().id);
    if (found->second == first_event) newest_event.erase(found);
    events.pop_front();
    ++first_event;
  }

  WaitingLabels waiting;

  void account(Resident& resident) {
    const auto bytes = resident.history.memory_bytes() + sizeof(Resident) + 2 * resident.key.size();
    figures.history_bytes += bytes - resident.counted_bytes;
    resident.counted_bytes = bytes;
  }
  void mark_changed(Resident& resident) {
    if (resident.changed) return;
    resident.changed = true;
    changed.push_back(&resident);
  }
  bool holds(std::uint32_t number, std::string_view key) const;
  std::optional<Handed> hand_over(std::uint32_t number, std::string_view key);
  void retire();
  std::uint64_t held_bytes() const;
  bool forget(std::uint64_t most);
  Result<Resident*> fetch(std::uint32_t entity, std::string_view key);
  Status fill(Resident& resident, std::string_view key);
  Result<state::StoredEntity> read(std::uint32_t number, std::string_view key) const {
    if (options.fetcher != nullptr) {
      if (auto fetched = options.fetcher->take(number, key)) return std::move(*fetched);
    }
    if (!store->may_hold_entity(number, key)) return state::StoredEntity();
    return store->read_entity(number, key);
  }
  void know_id(std::uint64_t fingerprint) {
    if (known_ids.size() >= options.max_known_ids) {
      known_ids.clear();
      knows_all_ids = false;
    }
    known_ids.insert(fingerprint);
  }
};

bool Memory::State::holds(std::uint32_t number, std::string_view key) const {
  for (std::uint32_t e = 0; e < entity_numbers.size(); ++e) {
    if (entity_numbers[e] == number && residents[e].contains(key)) return true;
  }
  return predecessor != nullptr && predecessor->state_->holds(number, key);
}

// To a successor, and no more here. All of it is written: nothing but the copy in memory goes.
std::optional<Handed> Memory::State::hand_over(std::uint32_t number, std::string_view key) {
  for (std::uint32_t e = 0; e < entity_numbers.size(); ++e) {
    if (entity_numbers[e] != number) continue;
    const auto found = residents[e].find(key);
    if (found == residents[e].end()) break;
    const auto& resident = *found->second;
    Handed handed{rows_of(resident.history, *codec), resident.chunk, resident.chunk_bytes,
                  resident.history.first_seen_ms(), resident.stored_first_seen_ms};
    figures.history_bytes -= resident.counted_bytes;
    --figures.entities;
    residents[e].erase(found);
    return handed;
  }
  return predecessor == nullptr ? std::nullopt : predecessor->state_->hand_over(number, key);
}

// From now on only hand_over() and forget() touch what is held.
void Memory::State::retire() {
  WEIR_CHECK(changed.empty() && unwritten.empty() && events.empty() && !waiting.changed(),
             "a predecessor's changes are written");
  queue.clear();
  waiting = {};
}

std::uint64_t Memory::State::held_bytes() const {
  return figures.history_bytes + (predecessor == nullptr ? 0 : predecessor->state_->held_bytes());
}

// Drops up to so many entities that no successor has asked for; the eldest memory goes first. False once none is left.
bool Memory::State::forget(std::uint64_t most) {
  if (predecessor != nullptr) {
    if (predecessor->state_->forget(most)) return true;
    predecessor = nullptr;
  }
  for (auto& of_entity : residents) {
    for (auto at = of_entity.begin(); at != of_entity.end() && most > 0; --most) {
      figures.history_bytes -= at->second->counted_bytes;
      --figures.entities;
      of_entity.erase(at++);
    }
  }
  return figures.entities > 0;
}

Status Memory::State::fill(Resident& resident, std::string_view key) {
  if (predecessor != nullptr) {
    if (const auto handed = predecessor->state_->hand_over(resident.number, key)) {
      resident.chunk = handed->chunk;
      resident.chunk_bytes = handed->chunk_bytes;
      resident.stored_first_seen_ms = handed->stored_first_seen_ms;
      if (auto status = codec->decode_into(handed->rows, resident.history); !status) return status;
      if (handed->first_seen_ms != INT64_MAX) resident.history.set_first_seen_ms(handed->first_seen_ms);
      return {};
    }
  }
  auto stored = read(resident.number, key);
  if (!stored) return stored.error();
  for (const auto& chunk : stored->chunks) {
    if (auto status = codec->decode_into(chunk, resident.history); !status) return status;
  }
  resident.chunk = stored->open_chunk;
  resident.chunk_bytes = stored->open_chunk_bytes;
  if (stored->first_seen_ms) {
    resident.history.set_first_seen_ms(*stored->first_seen_ms);
    resident.stored_first_seen_ms = *stored->first_seen_ms;
  }
  return {};
}

Result<Resident*> Memory::State::fetch(std::uint32_t entity, std::string_view key) {
  ++figures.history_misses;
  auto resident = std::make_unique<Resident>(layouts[entity], entity_numbers[entity], std::string(key));
  resident->entity = entity;
  if (store != nullptr) {
    if (auto status = fill(*resident, key); !status) {
      return Error{status.error().message + " (entity " + schema->entities[entity].name + " " + std::string(key) + ")"};
    }
  }
  auto* raw = resident.get();
  residents[entity].emplace(raw->key, std::move(resident));
  queue.push_back(raw);
  ++figures.entities;
  account(*raw);
  return raw;
}

Memory::Memory(std::unique_ptr<State> state) : state_(std::move(state)) {}
Memory::~Memory() = default;

Result<std::unique_ptr<Memory>> Memory::create(std::shared_ptr<const event::Schema> schema,
                                               const features::FeatureSet& features, state::Store* store,
                                               const MemoryOptions& options, std::unique_ptr<Memory> predecessor) {
  auto state = std::make_unique<State>();
  state->schema = std::move(schema);
  state->store = store;
  state->options = options;
  if (store != nullptr) {
    auto stored = store->read_catalogue();
    if (!stored) return stored.error();
    std::vector<history::Catalogue::Entry> entries;
    for (auto& entry : *stored) {
      entries.push_back({static_cast<history::CatalogueKind>(entry.kind), entry.number, std::move(entry.name)});
    }
    if (auto status = state->catalogue.restore(entries); !status) return status.error();
    if (auto status = state->waiting.restore(*store); !status) return status.error();
    auto holds_events = store->holds_events();
    if (!holds_events) return holds_events.error();
    state->knows_all_ids = !*holds_events;
  }
  if (predecessor != nullptr && store != nullptr) {
    auto& before = *predecessor->state_;
    before.retire();
    state->known_ids = std::move(before.known_ids);
    state->knows_all_ids = before.knows_all_ids;
    state->predecessor = std::move(predecessor);
  }
  auto lists = ListStore::create(store);
  if (!lists) return lists.error();
  state->lists = *std::move(lists);
  state->codec = std::make_unique<history::RowCodec>(state->schema, state->catalogue);
  for (std::uint32_t e = 0; e < state->schema->entities.size(); ++e) {
    state->layouts.push_back(features.layout(e));
    state->entity_numbers.push_back(
        state->catalogue.number(history::CatalogueKind::kEntity, state->schema->entities[e].name));
  }
  state->residents.resize(state->schema->entities.size());
  return std::unique_ptr<Memory>(new Memory(std::move(state)));
}

ListStore& Memory::lists() { return *state_->lists; }
history::Catalogue& Memory::catalogue() { return state_->catalogue; }
const history::RowCodec& Memory::codec() const { return *state_->codec; }
history::EntityHistory& Memory::history(Resident& resident) { return resident.history; }
std::uint32_t Memory::entity_number(std::uint32_t entity) const { return state_->entity_numbers[entity]; }

Result<Resident*> Memory::entity(std::uint32_t entity, std::string_view key) {
  auto& s = *state_;
  const auto found = s.residents[entity].find(key);
  if (found == s.residents[entity].end()) return s.fetch(entity, key);
  ++s.figures.history_hits;
  auto* resident = found->second.get();
  resident->used = true;
  return resident;
}

Resident* Memory::expect(std::uint32_t entity, std::string_view key) {
  auto& s = *state_;
  const auto found = s.residents[entity].find(key);
  if (found == s.residents[entity].end()) {
    const auto number = s.entity_numbers[entity];
    if (s.predecessor != nullptr && s.predecessor->state_->holds(number, key)) return nullptr;
    if (s.store != nullptr && s.options.fetcher != nullptr && s.store->may_hold_entity(number, key)) {
      s.options.fetcher->begin(number, key);
    }
    return nullptr;
  }
  auto* resident = found->second.get();
  constexpr std::size_t kCacheLine = 64;
  for (std::size_t at = 0; at < sizeof(Resident); at += kCacheLine) {
    __builtin_prefetch(reinterpret_cast<const char*>(resident) + at);
  }
  return resident;
}

void Memory::use(Resident& expected) {
  ++state_->figures.history_hits;
  expected.used = true;
}

std::uint64_t Memory::trims() const { return state_->trims; }

Result<Resident*> Memory::entity_by_number(std::uint32_t number, std::string_view key) {
  for (std::uint32_t e = 0; e < state_->entity_numbers.size(); ++e) {
    if (state_->entity_numbers[e] == number) return entity(e, key);
  }
  return static_cast<Resident*>(nullptr);
}

void Memory::remember_rows(Resident& resident, std::int64_t newest_ms, std::string_view entries) {
  state_->account(resident);
  if (state_->store == nullptr) return;
  resident.pending.append(entries);
  resident.pending_newest_ms = std::max(resident.pending_newest_ms, newest_ms);
  state_->mark_changed(resident);
}

Result<std::vector<state::Store::Entry>> Memory::find_event(std::string_view event_id) {
  auto& s = *state_;
  const bool known = s.known_ids.contains(hash_of(event_id));
  if (!known && s.knows_all_ids) return std::vector<state::Store::Entry>();
  std::vector<state::Store::Entry> entries;
  if (s.store != nullptr) {
    auto stored = s.store->read_event(event_id);
    if (!stored) return stored.error();
    entries = std::move(*stored);
  }
  if (const auto newest = s.newest_event.find(event_id); newest != s.newest_event.end()) {
    std::vector<const State::NewEvent*> fresh;
    for (auto number = newest->second; number != State::kNone && number >= s.first_event;) {
      fresh.push_back(&s.events[static_cast<std::size_t>(number - s.first_event)]);
      number = fresh.back()->previous;
    }
    std::reverse(fresh.begin(), fresh.end());
    // What a batch has written since the cut stands in both until written().
    for (const auto* event : fresh) {
      const auto same = [&](const auto& stored) { return stored.bytes == event->bytes; };
      if (std::none_of(entries.begin(), entries.end(), same)) entries.push_back({event->clock_ms, event->bytes});
    }
  }
  return entries;
}

void Memory::remember_event(std::string_view event_id, std::int64_t clock_ms, std::string_view entry) {
  auto& s = *state_;
  s.know_id(hash_of(event_id));
  const auto number = s.first_event + s.events.size();
  auto& event = s.events.emplace_back();
  event.id.assign(event_id);
  event.bytes.assign(entry);
  event.clock_ms = clock_ms;
  // The key must be the text of the newest, which stays longest.
  if (const auto older = s.newest_event.find(event_id); older != s.newest_event.end()) {
    event.previous = older->second;
    s.newest_event.erase(older);
  }
  s.newest_event.emplace(event.id, number);
}

void Memory::drop_events(std::int64_t cutoff_ms) {
  auto& s = *state_;
  if (s.store != nullptr) return;
  while (!s.events.empty() && s.events.front().clock_ms <= cutoff_ms) s.drop_oldest_event();
}

bool Memory::any_label_waits() const { return state_->waiting.any(); }
std::vector<history::LabelEntry> Memory::take_waiting_labels(std::string_view event_id) {
  return state_->waiting.take(event_id);
}
void Memory::remember_waiting_label(std::string_view event_id, std::int64_t clock_ms,
                                    const history::LabelEntry& label) {
  state_->waiting.remember(event_id, clock_ms, label);
}
void Memory::drop_waiting_labels(std::int64_t cutoff_ms) { state_->waiting.drop(cutoff_ms); }

void Memory::cut(state::Batch& batch) {
  auto& s = *state_;
  WEIR_CHECK(s.unwritten.empty() && s.cut_events == 0, "one cut at a time");
  for (auto* resident : s.changed) {
    const auto first_seen_ms = resident->history.first_seen_ms();
    if (first_seen_ms != resident->stored_first_seen_ms) {
      batch.put_first_seen(resident->number, resident->key, first_seen_ms);
      resident->stored_first_seen_ms = first_seen_ms;
    }
    if (resident->chunk_bytes >= kFullChunkBytes) {
      ++resident->chunk;
      resident->chunk_bytes = 0;
    }
    batch.append_rows(resident->number, resident->key, resident->chunk, resident->pending_newest_ms, resident->pending);
    resident->chunk_bytes += resident->pending.size();
    resident->pending.clear();
    resident->pending_newest_ms = INT64_MIN;
    resident->changed = false;
    resident->unwritten = true;
  }
  std::swap(s.changed, s.unwritten);
  s.lists->cut(batch);
  for (const auto& event : s.events) batch.append_event(event.id, event.clock_ms, event.bytes);
  s.cut_events = s.events.size();
  s.waiting.cut(batch);
  for (const auto& entry : s.catalogue.take_new_entries()) {
    batch.put_catalogue(static_cast<std::uint8_t>(entry.kind), entry.number, entry.name);
  }
}

void Memory::written() {
  auto& s = *state_;
  for (auto* resident : s.unwritten) resident->unwritten = false;
  s.unwritten.clear();
  for (; s.cut_events > 0; --s.cut_events) s.drop_oldest_event();
}

void Memory::trim() {
  auto& s = *state_;
  if (s.store == nullptr) return;
  // What nobody asked for since another policy came: slowly, or as fast as room is wanted.
  constexpr std::uint64_t kForgotten = 64;
  while (s.predecessor != nullptr) {
    if (!s.predecessor->state_->forget(kForgotten)) s.predecessor = nullptr;
    if (s.held_bytes() <= s.options.max_history_bytes) break;
  }
  // Twice around meets everyone once unused.
  for (auto steps = 2 * s.queue.size(); s.figures.history_bytes > s.options.max_history_bytes && steps > 0; --steps) {
    auto* resident = s.queue.front();
    s.queue.pop_front();
    if (resident->used || resident->changed || resident->unwritten) {
      resident->used = false;
      s.queue.push_back(resident);
      continue;
    }
    ++s.trims;
    s.figures.history_bytes -= resident->counted_bytes;
    --s.figures.entities;
    auto& map = s.residents[resident->entity];
    map.erase(map.find(std::string_view(resident->key)));
  }
}

MemoryFigures Memory::figures() const {
  auto figures = state_->figures;
  for (const auto* at = state_->predecessor.get(); at != nullptr; at = at->state_->predecessor.get()) {
    figures.entities += at->state_->figures.entities;
    figures.history_bytes += at->state_->figures.history_bytes;
  }
  return figures;
}

}  // namespace weir::shard
