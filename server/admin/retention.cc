#include "server/admin/retention.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/admin/conflicts.h"
#include "server/admin/erase_citizen.h"
#include "server/engine/erasure.h"
#include "server/engine/open_case.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

constexpr v1::RetentionKind kKinds[] = {v1::RETENTION_KIND_CONSENT_WITHDRAWN,
                                        v1::RETENTION_KIND_NEVER_TOOK_PART, v1::RETENTION_KIND_TOOK_PART};
constexpr uint32_t kMostDays = 36'500;

using Periods = std::map<v1::RetentionKind, absl::Duration>;

// What the periods are counted from, of everybody who is the same person.
struct Life {
  int64_t last_written_us = 0;
  bool took_part = false;
  bool consents = false;          // to something, still
  int64_t last_withdrawn_us = 0;  // 0: withdrew nothing
};

absl::Status Take(const StoredRecord& record, Life& life) {
  if (record.record.deleted()) return absl::OkStatus();
  if (record.type == static_cast<uint32_t>(RecordType::kParticipation)) life.took_part = true;
  v1::Consent consent;
  if (record.type != static_cast<uint32_t>(RecordType::kConsent)) return absl::OkStatus();
  if (!consent.ParseFromString(record.record.fields()))
    return MakeError(ErrorCode::kDamaged, "a consent does not parse");
  if (!consent.has_withdrawn()) {
    life.consents = true;
    return absl::OkStatus();
  }
  life.last_withdrawn_us = std::max(life.last_withdrawn_us, record.record.last_changed().received_us());
  if (life.last_withdrawn_us == 0) life.last_withdrawn_us = record.record.created().received_us();
  return absl::OkStatus();
}

absl::StatusOr<Life> LifeOf(BaseStore& store, const std::set<RecordId>& persons) {
  Life life;
  for (const RecordId& person : persons) {
    ASSIGN_OR_RETURN(const int64_t written, store.LastWrittenAbout(person));
    life.last_written_us = std::max(life.last_written_us, written);
    ASSIGN_OR_RETURN(const auto records, store.RecordsAbout(person, /*type=*/0));
    for (const StoredRecord& record : records) RETURN_IF_ERROR(Take(record, life));
  }
  return life;
}

// Which period has run out, and since when it ran; nullopt: none.
std::optional<std::pair<v1::RetentionKind, int64_t>> DueBy(const Life& life, const Periods& periods,
                                                           absl::Time now) {
  const auto over = [&](v1::RetentionKind kind, int64_t since_us) {
    const auto period = periods.find(kind);
    return period != periods.end() && since_us > 0 && absl::FromUnixMicros(since_us) + period->second <= now;
  };
  const bool withdrew = !life.consents && life.last_withdrawn_us > 0;
  if (withdrew && over(v1::RETENTION_KIND_CONSENT_WITHDRAWN, life.last_withdrawn_us))
    return std::pair(v1::RETENTION_KIND_CONSENT_WITHDRAWN, life.last_withdrawn_us);
  const v1::RetentionKind kind =
      life.took_part ? v1::RETENTION_KIND_TOOK_PART : v1::RETENTION_KIND_NEVER_TOOK_PART;
  if (over(kind, life.last_written_us)) return std::pair(kind, life.last_written_us);
  return std::nullopt;
}

// Written about too lately for any period to be over; a withdrawal may be older than what was written last.
absl::StatusOr<bool> CannotBeDue(BaseStore& store, RecordId citizen, const Periods& periods, absl::Time now) {
  if (periods.contains(v1::RETENTION_KIND_CONSENT_WITHDRAWN)) return false;
  absl::Duration shortest = absl::InfiniteDuration();
  for (const auto& [kind, period] : periods) shortest = std::min(shortest, period);
  ASSIGN_OR_RETURN(const int64_t written, store.LastWrittenAbout(citizen));
  return absl::FromUnixMicros(written) + shortest > now;
}

absl::StatusOr<std::vector<v1::RetentionLine>> WhoIsDue(BaseStore& store, absl::Time now) {
  Periods periods;
  ASSIGN_OR_RETURN(const auto set, store.RetentionPeriods());
  for (const v1::RetentionPeriod& period : set) periods[period.kind()] = absl::Hours(24) * period.days();
  std::vector<v1::RetentionLine> due;
  if (periods.empty()) return due;
  ASSIGN_OR_RETURN(const std::vector<RecordId> citizens, store.Citizens());
  for (const RecordId& citizen : citizens) {
    ASSIGN_OR_RETURN(const bool too_late, CannotBeDue(store, citizen, periods, now));
    if (too_late) continue;
    ASSIGN_OR_RETURN(const std::set<RecordId> persons, SamePersons(store, citizen));
    ASSIGN_OR_RETURN(const bool waits, HasOpenCase(store, persons, now));
    if (waits) continue;  // somebody is to be invited still
    ASSIGN_OR_RETURN(const Life life, LifeOf(store, persons));
    const auto reason = DueBy(life, periods, now);
    if (!reason.has_value()) continue;
    v1::RetentionLine& line = due.emplace_back();
    line.set_citizen_id(citizen.ToBytes());
    line.set_kind(reason->first);
    line.set_since_us(reason->second);
  }
  return due;
}

}  // namespace

absl::StatusOr<v1::ListRetentionResponse> ListRetention(BaseReader& store) {
  ASSIGN_OR_RETURN(const auto set, store.RetentionPeriods());
  v1::ListRetentionResponse response;
  for (const v1::RetentionKind kind : kKinds) {
    v1::RetentionPeriod& line = *response.add_periods();
    line.set_kind(kind);
    for (const v1::RetentionPeriod& period : set) {
      if (period.kind() == kind) line = period;
    }
  }
  return response;
}

absl::Status SetRetention(BaseStore& store, const v1::SetRetentionRequest& request, absl::Time now) {
  RETURN_IF_ERROR(PersonWhoDecides(store, request.actor()).status());
  const bool known = std::find(std::begin(kKinds), std::end(kKinds), request.kind()) != std::end(kKinds);
  if (!known || request.days() > kMostDays)
    return MakeError(ErrorCode::kBadInput, "a kind, and at most 36500 days");
  v1::RetentionPeriod period;
  period.set_kind(request.kind());
  period.set_days(request.days());
  period.set_goes(!request.keep());
  period.set_decided_by(request.actor());
  period.set_decided_us(absl::ToUnixMicros(now));
  return InTransaction(store, [&]() -> absl::Status {
    RETURN_IF_ERROR(store.PutRetentionPeriod(period));
    return store.Audit(request.actor(), "retention-set", "", period.decided_us());
  });
}

absl::StatusOr<v1::RunRetentionResponse> RunRetention(BaseStore& store, Committer& committer,
                                                      const v1::RunRetentionRequest& request, absl::Time now,
                                                      std::set<Scope>& touched) {
  RETURN_IF_ERROR(PersonWhoDecides(store, request.actor()).status());
  ASSIGN_OR_RETURN(const auto due, WhoIsDue(store, now));
  v1::RunRetentionResponse response;
  for (const v1::RetentionLine& line : due) {
    const RecordId citizen = RecordId::FromBytes(line.citizen_id()).value_or(RecordId());
    ASSIGN_OR_RETURN(const ErasureFootprint footprint, store.FootprintOf(citizen));
    AddUp(footprint.counts, *response.mutable_counts());
    *response.add_due() = line;
    if (!request.apply()) continue;
    const bool withdrew = line.kind() == v1::RETENTION_KIND_CONSENT_WITHDRAWN;
    const ErasureOrder order{
        request.actor(), withdrew ? v1::ERASURE_REASON_CONSENT_WITHDRAWN : v1::ERASURE_REASON_RETENTION, now};
    RETURN_IF_ERROR(EraseCitizen(store, citizen, order, touched));
  }
  if (request.apply()) RETURN_IF_ERROR(committer.AnswerWishes(now, touched));
  response.set_applied(request.apply());
  return response;
}

}  // namespace opgang
