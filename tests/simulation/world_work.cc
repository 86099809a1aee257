// What staff do on their tablets, and what the outside ledger hears of it.
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error.h"
#include "core/merge/merge.h"
#include "tests/simulation/world.h"

namespace opgang::simulation {
namespace {

using Kind = Bundle::Change::Kind;

v1::Inquiry InquiryOf(RecordId citizen, const std::string& slip) {
  v1::Inquiry inquiry;
  inquiry.set_citizen_id(citizen.ToBytes());
  inquiry.set_channel(v1::CHANNEL_DOOR);
  inquiry.set_slip_number(slip);
  return inquiry;
}

v1::MutationAction ActionOf(Kind kind) {
  if (kind == Kind::kCreate) return v1::MUTATION_ACTION_CREATE;
  return kind == Kind::kPatch ? v1::MUTATION_ACTION_PATCH : v1::MUTATION_ACTION_DELETE;
}

std::set<std::string> VersionsSeen(const View* view, RecordId record, uint32_t field) {
  std::set<std::string> seen;
  const VisibleRecord* visible = view == nullptr ? nullptr : view->Find(record);
  if (visible == nullptr) return seen;
  for (const IntentId& version : VersionsOf(*visible->record, field)) seen.insert(version.ToBytes());
  return seen;
}

}  // namespace

AreaId World::AreaOf(const Tablet& tablet, uint32_t which) const {
  const size_t staff = static_cast<size_t>(tablet.peer.staff_code.back() - '0');
  // Now and then the worker stands in an area that is not his own: the base refuses.
  if (which % 23 == 0) return areas_[which % areas_.size()];
  return areas_[(staff + which % 2) % areas_.size()];
}

std::vector<RecordId> World::Visible(Tablet& tablet, RecordType type) {
  std::vector<RecordId> ids;
  const auto view = tablet.store->view();
  if (!view.ok()) return ids;
  for (const VisibleRecord* record : (*view)->OfType(type)) ids.push_back(record->id);
  return ids;
}

void World::Save(Tablet& tablet, uint32_t what, uint32_t which) {
  if (tablet.store == nullptr) return;
  Bundle bundle(tablet.clock);
  if (what % 10 < 5) {
    SaveNew(tablet, what / 10, which, bundle);
  } else {
    SavePatch(tablet, what / 10, which, bundle);
  }
  if (!bundle.empty()) Commit(tablet, bundle, "saves");
}

void World::SaveNew(Tablet& tablet, uint32_t what, uint32_t which, Bundle& bundle) {
  const AreaId area = AreaOf(tablet, which);
  const std::vector<RecordId> citizens = Visible(tablet, RecordType::kCitizen);
  const RecordId about = citizens.empty() ? RecordId() : citizens[which % citizens.size()];
  const uint32_t kind = about.empty() ? what % 3 : what % 8;
  if (kind == 0) {
    bundle.Create(CitizenCalled(Word()), area);
  } else if (kind == 1) {
    v1::Citizen citizen = CitizenCalled(Word());
    citizen.set_telephone("2030" + std::to_string(1000 + which % 9000));
    const RecordId id = bundle.Create(citizen, area);
    bundle.Create(InquiryOf(id, ""), area);
  } else if (kind == 2) {
    v1::Contact contact;
    contact.set_place(v1::CONTACT_PLACE_STREET);
    bundle.Create(contact, area);
  } else if (kind == 3) {
    bundle.Create(InquiryOf(about, Word()));
  } else if (kind == 4) {
    v1::Contact contact;
    contact.set_citizen_id(about.ToBytes());
    contact.set_place(v1::CONTACT_PLACE_HOME);
    bundle.Create(contact);
    v1::Intake intake;
    intake.set_citizen_id(about.ToBytes());
    intake.set_status(v1::INTAKE_STATUS_DRAFT);
    bundle.Create(intake);
  } else if (kind == 5) {
    v1::ClinicalIntake clinical;
    clinical.set_citizen_id(about.ToBytes());
    clinical.set_note(Word());
    bundle.Create(clinical);
  } else {
    v1::Closing closing;
    closing.set_citizen_id(about.ToBytes());
    closing.set_reason(v1::CLOSING_REASON_RECORDED_BY_MISTAKE);
    bundle.Create(closing);
  }
}

void World::SavePatch(Tablet& tablet, uint32_t what, uint32_t which, Bundle& bundle) {
  const std::vector<RecordId> citizens = Visible(tablet, RecordType::kCitizen);
  const std::vector<RecordId> inquiries = Visible(tablet, RecordType::kInquiry);
  // Few records, so that people meet in them.
  const auto among = [&](const std::vector<RecordId>& ids) {
    return ids[which % std::min<size_t>(ids.size(), 4)];
  };
  const uint32_t kind = what % 10;
  if (kind < 2 && !inquiries.empty()) {
    v1::Inquiry inquiry;
    inquiry.set_note(Word());
    bundle.Patch(among(inquiries), inquiry, {v1::Inquiry::kNoteFieldNumber});
  } else if (kind == 2 && !citizens.empty()) {
    bundle.Delete(among(citizens), RecordTypeOf<v1::Citizen>());
  } else if (kind == 3 && !citizens.empty()) {
    // May leave an inquiry without a way to find the person: the base looks at the whole.
    bundle.Patch(among(citizens), v1::Citizen(), {v1::Citizen::kTelephoneFieldNumber});
  } else if (!citizens.empty()) {
    v1::Citizen values = CitizenCalled(Word());
    values.set_note(Word());
    std::vector<uint32_t> fields{v1::Citizen::kNameFieldNumber};
    if (kind > 6) fields.push_back(v1::Citizen::kNoteFieldNumber);
    bundle.Patch(among(citizens), values, fields);
  }
}

void World::Commit(Tablet& tablet, const Bundle& bundle, const char* what) {
  const auto view = tablet.store->view();
  // What stood on the screen: the save changes it.
  std::vector<std::map<uint32_t, std::set<std::string>>> saw;
  for (const Bundle::Change& change : bundle.changes()) {
    auto& fields = saw.emplace_back();
    for (const uint32_t field : change.fields) {
      fields[field] = VersionsSeen(view.ok() ? *view : nullptr, change.record, field);
    }
  }
  const auto receipt = tablet.store->Save(bundle);
  if (!receipt.ok()) return AfterSave(tablet, receipt.status());
  const int save = ledger_.NextSave();
  for (size_t i = 0; i < receipt->intents.size(); ++i) {
    const Bundle::Change& change = bundle.changes()[i];
    Captured captured;
    captured.intent = receipt->intents[i];
    captured.record = change.record;
    captured.type = change.type->type;
    captured.action = ActionOf(change.kind);
    captured.fields = {change.fields.begin(), change.fields.end()};
    captured.saw = saw[i];
    captured.tablet = tablet.number;
    captured.life = tablet.life;
    captured.at = now_;
    captured.save = save;
    if (change.kind == Kind::kCreate) tablet.own.insert(change.record);
    if (change.kind == Kind::kDelete) ledger_.murky.insert(change.record);
    const Captured& kept = ledger_.Add(std::move(captured));
    Say(absl::StrCat("  tablet ", tablet.number, " ", what, " #", kept.number, " ",
                     std::string(change.type->name), " ", v1::MutationAction_Name(kept.action)));
  }
  AfterSave(tablet, absl::OkStatus());
}

void World::NoteRewritten(Tablet& tablet, const SaveReceipt& receipt) {
  const int save = ledger_.NextSave();
  for (const IntentId& intent : receipt.intents) {
    Captured captured;
    captured.intent = intent;
    captured.rewritten = true;
    captured.tablet = tablet.number;
    captured.life = tablet.life;
    captured.at = now_;
    captured.save = save;
    Say(absl::StrCat("  tablet ", tablet.number, " rewrites as #", ledger_.Add(std::move(captured)).number));
  }
  AuditTablets();
  for (const IntentId& intent : receipt.intents) {
    const auto row = tablet.audit->rows().find(intent);
    if (row != tablet.audit->rows().end()) ledger_.murky.insert(row->second.record);
  }
}

void World::AfterSave(Tablet& tablet, const absl::Status& status) {
  if (status.ok()) return;
  const ErrorCode code = GetErrorCode(status);
  Say(absl::StrCat("  tablet ", tablet.number, " does not save: ", std::string(ErrorCodeName(code))));
  // A commit that failed in its last sync may come back after a crash.
  if (code == ErrorCode::kNotWritable || code == ErrorCode::kDiskFull) {
    tablet.save_failed = true;
    Reach("a save failed on a bad disk");
  } else if (code == ErrorCode::kInternal || code == ErrorCode::kDamaged || code == ErrorCode::kStoreBusy) {
    Fail("I16", absl::StrCat("tablet ", tablet.number, " cannot save: ", status.ToString()));
  }
}

void World::Undo(Tablet& tablet) {
  if (tablet.store == nullptr) return;
  const auto receipt = tablet.store->UndoLast();
  if (!receipt.ok()) {
    if (GetErrorCode(receipt.status()) != ErrorCode::kNotFound) AfterSave(tablet, receipt.status());
    return;
  }
  Reach("a save was undone");
  NoteRewritten(tablet, *receipt);
}

std::vector<OutboxItem> World::RefusedOf(Tablet& tablet) {
  std::vector<OutboxItem> refused;
  if (tablet.store == nullptr || !tablet.store->unlocked()) return refused;
  const auto items = tablet.store->Outbox();
  for (size_t i = 0; items.ok() && i < items->size(); ++i) {
    if ((*items)[i].state == OutboxState::kNeedsAttention) refused.push_back((*items)[i]);
  }
  return refused;
}

void World::Fix(Tablet& tablet, uint32_t which) {
  const std::vector<OutboxItem> refused = RefusedOf(tablet);
  if (refused.empty()) return;
  const OutboxItem& item = refused[which % refused.size()];
  if (item.content == nullptr) return;
  std::unique_ptr<google::protobuf::Message> corrected(item.content->New());
  corrected->CopyFrom(*item.content);
  if (auto* citizen = dynamic_cast<v1::Citizen*>(corrected.get())) citizen->set_name(Word());
  const auto receipt = tablet.store->Fix(item.intent, *corrected);
  if (!receipt.ok()) return AfterSave(tablet, receipt.status());
  Reach("a refused mutation was fixed");
  NoteRewritten(tablet, *receipt);
}

void World::Withdraw(Tablet& tablet, uint32_t which) {
  const std::vector<OutboxItem> refused = RefusedOf(tablet);
  if (refused.empty()) return;
  const absl::Status status = tablet.store->Withdraw(refused[which % refused.size()].intent);
  if (!status.ok()) return AfterSave(tablet, status);
  Reach("a refused mutation was withdrawn");
}

}  // namespace opgang::simulation
