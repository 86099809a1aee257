#include "tests/ages/made_up_home.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "core/base/clock.h"
#include "google/protobuf/util/json_util.h"
#include "server/admin/enrolment.h"
#include "tests/records/sound_records.h"
#include "tests/support/test_base.h"
#include "tests/support/test_device.h"

namespace opgang::ages {
namespace {

using nlohmann::json;

json ToJson(const google::protobuf::Message& message) {
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &text, options).ok());
  return json::parse(text);
}

json ContentJson(uint32_t type, const std::string& fields) {
  const RecordTypeInfo* info = FindRecordType(type);
  if (info == nullptr) return "of a type that is not known";
  const std::unique_ptr<google::protobuf::Message> content(info->prototype->New());
  EXPECT_TRUE(content->ParseFromString(fields));
  return ToJson(*content);
}

json RecordJson(uint32_t type, const v1::Record& record) {
  json described = {{"content", ContentJson(type, record.fields())},
                    {"created_by", record.created().author()},
                    {"changed_by", record.last_changed().author()}};
  for (const v1::FieldState& state : record.field_states()) described["states"].push_back(ToJson(state));
  return described;
}

// Every type that somebody of this role may write, in the order in which their numbers run. What stands in the directory is
// the planner's alone to save.
void SaveOneOfEach(TestDevice& tablet, Role role, bool directory, AreaId area) {
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    if (!MayWrite(role, info) || (info.scope_kind == v1::SCOPE_KIND_DIRECTORY) != directory) continue;
    Bundle bundle = tablet.NewBundle();
    bundle.Create(*SoundRecord(info.type), area);
    tablet.Save(bundle);
  }
}

void WriteJson(const std::filesystem::path& path, const json& content) {
  std::ofstream(path) << content.dump(1) << "\n";
}

void Fill(TestBase& base, TestDevice& amal, TestDevice& jonas, TestDevice& karen) {
  const AreaId area = base.Area("Testlund");
  SaveOneOfEach(amal, Role::kHealth, /*directory=*/false, area);
  for (const auto& [staff, role] : {std::pair("amal", Role::kHealth), std::pair("karen", Role::kCoordinator)})
    EXPECT_EQ(GrantDirectory(base.store(), staff, role), absl::OkStatus());
  karen.SyncWell();
  SaveOneOfEach(karen, Role::kCoordinator, /*directory=*/true, area);
  karen.SyncWell();
  const RecordId citizen = amal.SaveCitizen("Amina");
  const RecordId gone = amal.SaveCitizen("Entered by mistake");
  amal.SyncWell();
  jonas.SyncWell();
  amal.Rename(citizen, "Amina A.");
  jonas.Rename(citizen, "Amina B.");
  Bundle bundle = amal.NewBundle();
  bundle.Delete(gone, RecordTypeOf<v1::Citizen>());
  amal.Save(bundle);
  amal.SyncWell();
  jonas.SyncWell();
  base.Grant("amal", AreaScope(area), v1::GRANT_MODE_READ);
  amal.SaveCitizen("Refused");
  amal.SyncWell();
  base.Grant("amal", AreaScope(area));
  amal.SyncWell();
  amal.SaveCitizen("Unsent");
}

}  // namespace

std::filesystem::path HomeDirectory(uint32_t schema) {
  return std::filesystem::path(OPGANG_AGES_DIRECTORY) / "homes" / ("schema-" + std::to_string(schema));
}

std::vector<uint32_t> StoredHomes() {
  std::vector<uint32_t> schemas;
  for (uint32_t schema = 1; schema <= kSchemaVersion; ++schema) {
    if (std::filesystem::exists(HomeDirectory(schema))) schemas.push_back(schema);
  }
  return schemas;
}

absl::Time HomeTime() { return absl::FromCivil(absl::CivilSecond(2026, 4, 1, 12, 0, 0), CopenhagenTime()); }

json Describe(BaseReader& base) {
  json described;
  const auto areas = base.Areas().value();
  for (const Area& area : areas) {
    described["areas"].push_back(area.name);
    for (const v1::ScopeKind kind : {v1::SCOPE_KIND_AREA, v1::SCOPE_KIND_AREA_HEALTH}) {
      for (const RecordTypeInfo& info : AllRecordTypes()) {
        const auto records = base.RecordsOfType({kind, area.id.uuid()}, info.type).value();
        for (const StoredRecord& record : records) {
          json one = RecordJson(record.type, record.record);
          one["rev"] = record.rev;
          described["records"][std::string(info.name) + " " + record.id.ToString()] = one;
        }
      }
    }
  }
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    const auto records = base.RecordsOfType(kDirectoryScope, info.type).value();
    for (const StoredRecord& record : records) {
      described["records"][std::string(info.name) + " " + record.id.ToString()] =
          RecordJson(record.type, record.record);
    }
  }
  const auto quarantine = base.Quarantine(std::nullopt).value();
  for (const QuarantinedMutation& item : quarantine) {
    described["quarantine"].push_back(
        {{"intent", item.mutation.fate.intent.ToString()},
         {"author", item.mutation.author},
         {"code", v1::RefusalCode_Name(item.mutation.fate.verdict.quarantined().code())}});
  }
  const auto devices = base.Devices().value();
  for (const auto& [store, replica] : devices) {
    described["devices"].push_back({{"staff", store.staff_code},
                                    {"device", store.device_label},
                                    {"unsent", replica.unsent_count},
                                    {"last_sync_us", replica.last_sync_us}});
  }
  const auto soundness = base.Check().value();
  described["problems"] = soundness.problems;
  described["mutations"] = soundness.mutations;
  return described;
}

json Describe(Store& store) {
  json described = {{"staff", store.info().staff_code},
                    {"device", store.info().device_label},
                    {"unsent", store.outbox_counts().unsent},
                    {"needs_attention", store.outbox_counts().needs_attention},
                    {"damaged", store.outbox_counts().damaged}};
  const View& view = **store.view();
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    for (const VisibleRecord* record : view.OfType(info.type)) {
      described["records"][std::string(info.name) + " " + record->id.ToString()] =
          RecordJson(info.type, *record->record);
    }
  }
  const auto outbox = store.Outbox().value();
  for (const OutboxItem& item : outbox) {
    json one = {{"intent", item.intent.ToString()}, {"content", ToJson(*item.content)}};
    if (item.refusal) one["code"] = v1::RefusalCode_Name(item.refusal->code);
    described["outbox"].push_back(one);
  }
  return described;
}

void WriteHome() {
  const auto directory = HomeDirectory(kSchemaVersion);
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  ManualClock clock{HomeTime()};
  TestBase base{clock};
  {
    TestDevice amal{base, clock, "amal", "health", {"Testlund"}};
    TestDevice jonas{base, clock, "jonas", "outreach", {"Testlund"}};
    TestDevice karen{base, clock, "karen", "coordinator", {"Testlund"}};
    Fill(base, amal, jonas, karen);
    const auto image = amal.CopyOfHome();
    json expected;
    {
      const auto store = amal.OpenAt(image);  // which also empties the journals of the copy
      expected["tablet"] = Describe(**store);
    }
    expected["base"] = Describe(base.reader());
    WriteJson(directory / "expected.json", expected);
    std::filesystem::copy(image, directory / "tablet", std::filesystem::copy_options::recursive);
    base.Close();
    std::filesystem::copy(base.directory(), directory / "base", std::filesystem::copy_options::recursive);
    EXPECT_EQ(base.Open(), absl::OkStatus());
  }
  std::vector<std::filesystem::path> locks;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.path().filename() == "lock") locks.push_back(entry.path());
  }
  for (const auto& lock : locks) std::filesystem::remove(lock);
}

}  // namespace opgang::ages
