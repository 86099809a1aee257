#include "server/rpc/front_door.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace opgang {
namespace {

// While a socket has something to say, gRPC's thread goes on reading it, and no handler hears of the calls that it makes of
// that: some ten thousand streams a second, of 20 KiB each.
constexpr timespec kLookEvery{.tv_sec = 0, .tv_nsec = 10'000'000};
constexpr uint64_t kSuspiciousBytes = 16 << 10;  // unheard: gRPC is asked for its count of streams
constexpr int kAcceptAtOnce = 256;               // so that ends of connections are seen in between
// Milliseconds: woken for each connection of a flood, this thread would take the cores from all others.
constexpr int kPauseInARush = 1;
constexpr int kPauseWithoutFiles = 50;  // milliseconds
constexpr int64_t kFilesBeside = 200;   // databases, logs, gRPC's own, reports
constexpr absl::Duration kTellEvery = absl::Minutes(1);
// A TLS record: alert, fatal, internal_error. A device that reads it before any certificate knows that the base is full
// (client-lib/src/transport/tls_preflight.h).
constexpr std::array<unsigned char, 7> kNoRoom = {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x50};

// What has come is read first: closing over unread bytes resets a connection, and some systems forget with that what was said.
void TellNoRoom(int fd) {
  std::array<char, 1 << 14> hello;
  (void)recv(fd, hello.data(), hello.size(), MSG_DONTWAIT);
  (void)send(fd, kNoRoom.data(), kNoRoom.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Since-boot time: no wrong wall clock holds a connection.
absl::Time SteadyNow(Clock& clock) { return absl::FromUnixMicros(clock.Read().boottime_us()); }

void WatchOn(int epoll, int fd, uint32_t how = EPOLLIN | EPOLLRDHUP) {
  epoll_event event{.events = how, .data = {.fd = fd}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

// A connection takes two descriptors, a knock one.
void FitIntoFiles(BaseLimits& limits) {
  const int64_t wanted = kFilesBeside + 2 * limits.connections + limits.knocks;
  const int64_t files = FilesAllowed(wanted);
  if (files >= wanted) return;
  const int64_t share = std::max<int64_t>(files - kFilesBeside, 4) / 4;
  limits.knocks = std::min(limits.knocks, share);
  limits.connections = std::min(limits.connections, (4 * share - limits.knocks) / 2);
  spdlog::warn("event=few-files limit={} connections={} knocks={}", files, limits.connections, limits.knocks);
}

FrontDoorOptions Fitted(FrontDoorOptions options) {
  FitIntoFiles(options.limits);
  if (options.behind_proxy) {
    options.limits.connections_per_address = options.limits.connections;
    options.limits.connections_at_the_door = options.limits.connections;
  }
  return options;
}

}  // namespace

absl::StatusOr<std::unique_ptr<FrontDoor>> FrontDoor::Open(const FrontDoorOptions& options) {
  ASSIGN_OR_RETURN(std::vector<OwnedFd> listeners, ListenOnAll(options.listen));
  const int port = PortOf(listeners.front().get());
  return std::unique_ptr<FrontDoor>(new FrontDoor(Fitted(options), std::move(listeners), port));
}

FrontDoor::FrontDoor(const FrontDoorOptions& options, std::vector<OwnedFd> listeners, int port)
    : options_(options),
      listeners_(std::move(listeners)),
      port_(port),
      events_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      book_(options.limits) {}

FrontDoor::~FrontDoor() { Close(); }

void FrontDoor::Start(HandOn hand_on, StreamsBegun streams_begun) {
  hand_on_ = std::move(hand_on);
  streams_begun_ = std::move(streams_begun);
  for (const OwnedFd& listener : listeners_) WatchOn(events_.get(), listener.get());
  WatchOn(events_.get(), wake_.get());
  thread_ = std::thread([this] { Serve(); });
}

void FrontDoor::Serve() {
  const OwnedFd timer(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  const itimerspec often{.it_interval = kLookEvery, .it_value = kLookEvery};
  timerfd_settime(timer.get(), 0, &often, nullptr);
  WatchOn(events_.get(), timer.get());
  std::array<epoll_event, 16> events;
  while (!closing_) {
    const int count = epoll_wait(events_.get(), events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count && !closing_; ++i) {
      const int fd = events[static_cast<size_t>(i)].data.fd;
      uint64_t times = 0;
      if (fd == timer.get()) {
        (void)!read(fd, &times, sizeof(times));
        LookAround();
      } else if (knocks_.contains(fd)) {
        ListenTo(fd);
      } else if (IsListener(fd)) {
        AcceptFrom(fd);
      } else {
        LookAtNewcomer(fd);
      }
    }
  }
}

bool FrontDoor::IsListener(int fd) const {
  return std::any_of(listeners_.begin(), listeners_.end(),
                     [fd](const OwnedFd& one) { return one.get() == fd; });
}

void FrontDoor::AcceptFrom(int listener) {
  for (int accepted = 0; accepted < kAcceptAtOnce; ++accepted) {
    Accepted one = AcceptOne(listener);
    if (one.connection.get() >= 0) {
      LetKnock({listener, std::move(one.connection), std::move(one.name)});
    } else if (errno == EMFILE || errno == ENFILE) {
      return (void)poll(nullptr, 0, kPauseWithoutFiles);  // or epoll would say at once that somebody waits
    } else if (errno != ECONNABORTED && errno != EINTR) {
      return (void)poll(nullptr, 0, accepted > 1 ? kPauseInARush : 0);
    }
  }
}

// Most have said it already, or hung up.
void FrontDoor::LetKnock(Knock knock) {
  const int fd = knock.connection.get();
  const FirstRecord said = LookAtFirstRecord(fd);
  if (said == FirstRecord::kWhole) Admit(std::move(knock));
  if (said != FirstRecord::kNotYet) return;
  while (static_cast<int64_t>(knocking_.size()) >= options_.limits.knocks)
    EndKnocks({*knocking_.TakeOldestOfBusiest()}, "newer-knock");
  knocking_.Add(std::to_string(fd), knock.name.address, SteadyNow(*options_.clock));
  knocks_.emplace(fd, std::move(knock));
  WatchOn(events_.get(), fd);
}

void FrontDoor::ListenTo(int knocking) {
  const FirstRecord said = LookAtFirstRecord(knocking);
  if (said == FirstRecord::kNotYet) return;
  Knock knock = TakeKnock(knocking);
  if (said == FirstRecord::kWhole) Admit(std::move(knock));
}

FrontDoor::Knock FrontDoor::TakeKnock(int knocking) {
  epoll_ctl(events_.get(), EPOLL_CTL_DEL, knocking, nullptr);
  knocking_.Remove(std::to_string(knocking));
  return std::move(knocks_.extract(knocking).mapped());
}

void FrontDoor::EndKnocks(const std::vector<std::string>& knocking, const char* why) {
  for (const std::string& one : knocking) TakeKnock(std::stoi(one));
  if (knocking.empty()) return;
  const std::unique_lock lock(mutex_);
  turned_away_[why] += static_cast<int>(knocking.size());
}

void FrontDoor::Admit(Knock knock) {
  const auto& [address, peer] = knock.name;
  {
    const std::unique_lock lock(mutex_);
    // The port may be used anew before its last end was seen.
    if (const auto last = open_.find(peer); last != open_.end()) {
      StopWatching(last->second.get());
      open_.erase(last);
    }
    const auto arrival = book_.Arrive(peer, address, SteadyNow(*options_.clock));
    CutAll(arrival.cut, "newer-at-the-door");
    const int fd = knock.connection.get();
    OwnedFd second(arrival.admitted ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1);
    if (second.get() < 0) {
      book_.Leave(peer);
      ++turned_away_["full"];
      return TellNoRoom(fd);
    }
    SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    WatchOn(events_.get(), second.get(), EPOLLIN | EPOLLET);  // each time that something comes
    newcomers_.emplace(second.get(), peer);
    open_.emplace(peer, std::move(second));
  }
  hand_on_(knock.listener, knock.connection.Release());
}

// What has ended, what has been too long at the door, what brings bytes and says nothing.
void FrontDoor::LookAround() {
  const absl::Time now = SteadyNow(*options_.clock);
  EndKnocks(knocking_.TakeBefore(now - absl::Seconds(options_.limits.door_seconds)), "late");
  const std::unique_lock lock(mutex_);
  std::vector<std::string> floods;
  for (auto one = open_.begin(); one != open_.end();) {
    const Traffic traffic = TrafficOf(one->second.get());
    if (Floods(one->first, traffic.received, now)) floods.push_back(one->first);
    if (traffic.over) book_.Leave(one->first);
    if (traffic.over) StopWatching(one->second.get());
    one = traffic.over ? open_.erase(one) : std::next(one);
  }
  CutAll(floods, "flood");
  CutAll(book_.TakeOverdue(now), "late");
  if (turned_away_.empty() || now < tell_next_) return;
  for (const auto& [why, count] : turned_away_)
    spdlog::warn("event=turned-away why={} connections={}", why, count);
  turned_away_.clear();
  tell_next_ = now + kTellEvery;
}

// Who has not called may bring little, and brings it in a few pieces: no time is lost until the next look around.
void FrontDoor::LookAtNewcomer(int descriptor) {
  const std::unique_lock lock(mutex_);
  const auto found = newcomers_.find(descriptor);
  if (found == newcomers_.end() || options_.behind_proxy) return;
  const std::string peer = found->second;
  if (book_.FloodsBytes(peer, TrafficOf(descriptor).received, SteadyNow(*options_.clock)))
    CutAll({peer}, "flood");
}

// Before its descriptor is closed: gRPC's of the same connection would keep the watch alive.
void FrontDoor::StopWatching(int descriptor) {
  if (newcomers_.erase(descriptor) > 0) epoll_ctl(events_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
}

bool FrontDoor::Floods(const std::string& peer, uint64_t received, absl::Time now) {
  if (options_.behind_proxy) return false;
  if (book_.FloodsBytes(peer, received, now)) return true;
  if (book_.Unheard(peer) <= kSuspiciousBytes) return false;
  const auto begun = streams_begun_(peer);
  return begun.has_value() && book_.FloodsStreams(peer, *begun, now);
}

void FrontDoor::CutAll(const std::vector<std::string>& peers, const char* why) {
  for (const std::string& peer : peers) {
    const auto found = open_.find(peer);
    if (found == open_.end()) continue;
    StopWatching(found->second.get());
    Cut(found->second.get());
    open_.erase(found);
    ++turned_away_[why];
  }
}

void FrontDoor::Prove(std::string_view peer, StoreId device) {
  const std::unique_lock lock(mutex_);
  const std::string key = PeerKey(peer);
  if (const auto open = open_.find(key); open != open_.end()) StopWatching(open->second.get());
  CutAll(book_.Prove(key, options_.behind_proxy ? StoreId() : device), "newer-of-the-device");
}

bool FrontDoor::BeginCall(std::string_view peer) {
  const std::unique_lock lock(mutex_);
  return book_.BeginCall(PeerKey(peer));
}

void FrontDoor::RefuseCall(std::string_view peer) {
  const std::unique_lock lock(mutex_);
  const std::string key = PeerKey(peer);
  if (!options_.behind_proxy && book_.RefuseCall(key, SteadyNow(*options_.clock))) CutAll({key}, "calls");
}

void FrontDoor::Hear(std::string_view peer) {
  const std::unique_lock lock(mutex_);
  book_.Hear(PeerKey(peer));
}

void FrontDoor::Close() {
  closing_ = true;
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  (void)!write(wake_.get(), &one, sizeof(one));
  thread_.join();
  const std::unique_lock lock(mutex_);
  newcomers_.clear();
  open_.clear();
}

}  // namespace opgang
