#include "cli-client/lookup.h"

#include <algorithm>

#include "cli-client/dates.h"
#include "cli-client/error_report.h"
#include "cli-client/layout.h"
#include "cli-client/words.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

constexpr std::string_view kCrockford = "0123456789abcdefghjkmnpqrstvwxyz";

std::string DoorLabel(const Context& context, const View& view, RecordId entrance, const DoorName& door) {
  const std::string name = FormatDoor(door);
  return JoinParts({EntranceLabel(view, entrance), name.empty() ? context.T("door.whole") : name}, ", ");
}

RecordId IdOf(const std::string& bytes) { return RecordId::FromBytes(bytes).value_or(RecordId()); }

}  // namespace

bool IsHandle(std::string_view word) {
  return word.size() >= 3 && word.size() <= 26 && std::all_of(word.begin(), word.end(), [](char c) {
           return kCrockford.find(c) != std::string_view::npos;
         });
}

absl::StatusOr<const VisibleRecord*> RecordOf(const Context& context, const View& view,
                                              std::string_view word) {
  if (!IsHandle(word)) return ErrorWithWords(ErrorCode::kUsage, context.T("usage.handle"));
  ASSIGN_OR_RETURN(const VisibleRecord* record, view.ByHandle(word));
  RETURN_IF_ERROR(context.NoteLook(*record));
  return record;
}

absl::StatusOr<const VisibleRecord*> CitizenOf(const Context& context, const View& view,
                                               std::string_view word) {
  ASSIGN_OR_RETURN(const VisibleRecord* record, RecordOf(context, view, word));
  const VisibleRecord* citizen =
      record->type->subject == SubjectRule::kSelf ? record : view.Find(record->subject);
  if (citizen == nullptr) return ErrorWithWords(ErrorCode::kNotFound, context.T("usage.no-citizen"));
  return citizen;
}

std::optional<AreaId> AreaOf(const VisibleRecord& record) {
  for (const Scope& scope : record.scopes) {
    if (scope.kind != v1::SCOPE_KIND_GROUP && scope.kind != v1::SCOPE_KIND_DIRECTORY) return AreaId(scope.id);
  }
  return std::nullopt;
}

std::optional<AreaId> HomeAreaOf(const VisibleRecord& citizen) {
  if (const auto moved = AreaId::FromBytes(citizen.As<v1::Citizen>().area_id())) return moved;
  return AreaOf(citizen);
}

absl::StatusOr<AreaId> AreaHere(const Context& context) {
  if (auto area = context.store().current_area()) return *area;
  std::optional<AreaId> only;
  for (const GrantInfo& grant : context.store().grants()) {
    if (grant.scope.kind != v1::SCOPE_KIND_AREA || grant.mode == v1::GRANT_MODE_READ) continue;
    if (only) return ErrorWithWords(ErrorCode::kUsage, context.T("usage.which-area"));
    only = AreaId(grant.scope.id);
  }
  if (!only) return ErrorWithWords(ErrorCode::kUsage, context.T("usage.no-area"));
  return *only;
}

absl::StatusOr<RecordId> EntranceHere(const Context& context) {
  if (auto entrance = context.store().current_entrance()) return *entrance;
  return ErrorWithWords(ErrorCode::kUsage, context.T("usage.no-entrance"));
}

std::string EntranceLabel(const View& view, RecordId entrance) {
  const VisibleRecord* record = view.Find(entrance);
  if (record == nullptr || record->type->type != RecordType::kEntrance) return {};
  const auto& place = record->As<v1::Entrance>();
  return Shown(place.street() + " " + place.number());
}

std::string HomeLabel(const View& view, const v1::Citizen& citizen) {
  return JoinParts({EntranceLabel(view, IdOf(citizen.entrance_id())),
                    Shown(FormatDoor({citizen.floor(), citizen.door()}))},
                   ", ");
}

std::string CitizenLabel(const Context& context, const VisibleRecord* citizen) {
  if (citizen == nullptr) return context.T("citizen.unknown");
  const std::string& name = citizen->As<v1::Citizen>().name();
  return name.empty() ? context.T("citizen.no-name") : Shown(name);
}

std::string RecordLabel(const Context& context, const View& view, const VisibleRecord& record) {
  switch (record.type->type) {
    case RecordType::kEntrance: return EntranceLabel(view, record.id);
    case RecordType::kDwelling: {
      const auto& dwelling = record.As<v1::Dwelling>();
      return DoorLabel(context, view, IdOf(dwelling.entrance_id()), {dwelling.floor(), dwelling.door()});
    }
    case RecordType::kVisit: {
      const auto& visit = record.As<v1::Visit>();
      return DoorLabel(context, view, IdOf(visit.entrance_id()), {visit.floor(), visit.door()}) + ": " +
             Label(context.texts(), visit.disposition());
    }
    case RecordType::kCitizen:
      return JoinParts({CitizenLabel(context, &record), HomeLabel(view, record.As<v1::Citizen>())}, ", ");
    case RecordType::kVenue: return Shown(record.As<v1::Venue>().name());
    case RecordType::kGroupProgramme: return Shown(record.As<v1::GroupProgramme>().name());
    case RecordType::kGroup: return Shown(record.As<v1::Group>().name());
    case RecordType::kMeeting: {
      const auto& meeting = record.As<v1::Meeting>();
      const VisibleRecord* group = view.Find(IdOf(meeting.group_id()));
      return JoinParts({StatedWords(context.texts(), meeting.start(), context.Today()),
                        group == nullptr ? std::string() : RecordLabel(context, view, *group)},
                       ", ");
    }
    default: break;
  }
  if (record.subject.empty()) return TypeLabel(context.texts(), *record.type);
  return TypeLabel(context.texts(), *record.type) + ", " + CitizenLabel(context, view.Find(record.subject));
}

std::string AlikeWords(const Context& context, const LikelyDuplicate& d) {
  return JoinParts(
      {d.name ? context.T("field.name") : "", d.telephone ? context.T("field.telephone") : "",
       d.dwelling ? context.T("type.dwelling") : "", d.birth_year ? context.T("field.birth_year") : ""},
      ", ");
}

}  // namespace opgang::cli
