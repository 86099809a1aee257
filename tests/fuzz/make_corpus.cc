// Writes the first inputs of each fuzzer from real work: make_corpus DIRECTORY. What fuzzing adds lies beside them.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "core/packing/packing.h"
#include "core/sealing/sealing.h"
#include "core/sqlite/durable_file.h"
#include "opgang/v1/backup.pb.h"
#include "server/backup/backup_keys.h"
#include "tests/fuzz/device_fixture.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/hand_device.h"

namespace opgang::fuzz {
namespace {

std::filesystem::path root;

void Write(const std::string& fuzzer, const std::string& name, const std::string& bytes) {
  std::filesystem::create_directories(root / fuzzer);
  std::ofstream(root / fuzzer / name, std::ios::binary) << bytes;
}

void WriteWords() {
  int count = 0;
  for (const char* line :
       {"Ålekærsvej 15B", "1. sal tv", "st th", "k1 2", "9220", "20 30 40 50", "+4520304050", "010180-1234",
        "in a week", "wed 14:30", "i går", "2026-04-01", "K7F2-9QXM-3TBHW"}) {
    Write("words", "line-" + std::to_string(++count), line);
  }
}

void WriteCsv() {
  const std::string rows =
      "street;number;floor;door;postcode;town;organisation;area\n"
      "Humlebakken;20B;st;tv;9220;Aalborg Øst;Plus Bolig;Testby\n\"Å\"\"\n\";1;;;9220;By;;\n";
  Write("csv", "plain", AsPart("") + AsPart(rows));
  Write("csv", "commas", AsPart("") + AsPart("street,number\nHumlebakken,\"20,B\"\n"));
  const std::string mapping =
      "[columns]\nstreet = \"vejnavn\"\nnumber = \"husnr\"\nstatus = \"status\"\n"
      "[status]\naccepted = { 1 = \"final\" }\nrefused = { 3 = \"provisional\" }\n";
  Write("csv", "mapped",
        AsPart(mapping) + AsPart("vejnavn;husnr;status\nHumlebakken;20B;1\nHumlebakken;20B;3\n"));
}

void WriteInvitation() {
  v1::Invitation invitation;
  invitation.set_staff_code("amal");
  const std::string sealed = SealInvitation(invitation.SerializeAsString(), "K7F29QXM3TBHW",
                                            PassphraseCost::ForTests(), SystemRandom());
  Write("invitation", "sealed", AsPart(sealed) + AsPart(invitation.SerializeAsString()));
  Write("invitation", "cut-off", AsPart(sealed.substr(0, sealed.size() / 2)) + AsPart(""));
}

// What a hand-made device says: a citizen, an edit that saw the create, one that saw nothing, a bundle.
std::vector<Draft> DraftsOf(HandDevice& device, const Scope& area) {
  const Draft citizen = device.Create(CitizenCalled("Amina"), area);
  v1::Inquiry inquiry;
  inquiry.set_citizen_id(citizen.envelope.record_id());
  inquiry.set_channel(v1::CHANNEL_DOOR);
  inquiry.set_slip_number("17");
  std::vector<Draft> drafts = {citizen, device.Patch(citizen, CitizenCalled("A"), {citizen.intent()}),
                               device.Patch(citizen, CitizenCalled("B"), {}), device.Create(inquiry, area)};
  drafts.push_back(device.Create(CitizenCalled("Bo"), area));
  drafts.push_back(device.Create(CitizenCalled("Mo"), area));
  HandDevice::MakeBundle({&drafts[4], &drafts[5]});
  return drafts;
}

void WriteMutations(const std::vector<Draft>& drafts) {
  std::string all;
  for (size_t i = 0; i < drafts.size(); ++i) {
    const std::string one =
        AsPart(drafts[i].envelope.SerializeAsString()) + AsPart(drafts[i].payload.SerializeAsString());
    Write("mutation", "one-" + std::to_string(i), one);
    const std::string packed = PackedPayload(drafts[i].payload);
    if (PayloadForm(packed) != 0)
      Write("mutation", "packed-" + std::to_string(i),
            AsPart(drafts[i].envelope.SerializeAsString()) + AsPart(packed));
    all += one;
  }
  Write("mutation", "all", all);
}

std::string Hello(bool puts_back = false) {
  v1::SyncRequest request;
  request.mutable_hello()->set_puts_back(puts_back);
  request.mutable_hello()->set_protocol_version(1);
  request.mutable_hello()->set_schema_version(1);
  request.mutable_hello()->set_token("T");
  return AsPart(request.SerializeAsString());
}

std::string PushOf(const std::vector<Draft>& drafts, bool packed = false) {
  v1::SyncRequest request;
  for (const Draft& draft : drafts) {
    v1::SealedMutation& mutation = *request.mutable_push()->add_mutations();
    mutation.set_queue_key_id("P");
    mutation.set_envelope(draft.envelope.SerializeAsString());
    mutation.set_sealed_payload(draft.payload.SerializeAsString());
  }
  if (packed) PackMessage(request);
  return AsPart(request.SerializeAsString());
}

// The same as an unlocked store pushes it.
std::string OpenedPushOf(const std::vector<Draft>& drafts) {
  v1::SyncRequest request;
  for (const Draft& draft : drafts) {
    v1::SealedMutation& mutation = *request.mutable_opened_push()->add_mutations();
    mutation.set_seq(static_cast<uint64_t>(request.opened_push().mutations_size()));
    mutation.set_envelope(draft.envelope.SerializeAsString());
    mutation.set_opened_payload(draft.payload.SerializeAsString());
  }
  return AsPart(request.SerializeAsString());
}

// A list and a look, as the numbers from `first` on of one chain.
std::string UsesFrom(uint64_t first) {
  v1::DeviceUse list;
  list.set_action(v1::AUDIT_ACTION_LISTED);
  list.set_detail("due");
  v1::DeviceUse look;
  look.set_action(v1::AUDIT_ACTION_LOOKED_AT);
  look.set_detail("show");
  look.set_used_us(1'775'037'600'000'000);
  look.add_record_ids(std::string(16, 'r'));
  v1::SyncRequest request;
  v1::DeviceUses& uses = *request.mutable_device_uses();
  uses.set_chain_id(std::string(16, 'c'));
  uses.set_sealed_start("S");
  uses.set_first_number(first);
  uses.add_uses()->set_sealed(list.SerializeAsString());
  uses.add_uses()->set_sealed(look.SerializeAsString());
  return AsPart(request.SerializeAsString());
}

void WriteBaseSessions(const std::vector<Draft>& drafts) {
  v1::SyncRequest page_ack;
  page_ack.mutable_page_ack()->set_page_count(1);
  v1::SyncRequest heartbeat;
  heartbeat.mutable_heartbeat()->set_time_us(1);
  v1::SyncRequest due;
  due.mutable_nearest_due()->set_due_us(1);
  Write("base_session", "hello", Hello());
  Write("base_session", "push", Hello() + PushOf(drafts) + AsPart(page_ack.SerializeAsString()));
  Write("base_session", "packed", Hello() + PushOf(drafts, /*packed=*/true));
  Write("base_session", "opened", Hello(/*puts_back=*/true) + OpenedPushOf(drafts) + PushOf(drafts));
  Write("base_session", "due", Hello() + PushOf(drafts) + AsPart(due.SerializeAsString()));
  Write("base_session", "twice", Hello() + PushOf(drafts) + PushOf(drafts) + Hello());
  Write("base_session", "push-first", PushOf(drafts) + Hello() + AsPart(heartbeat.SerializeAsString()));
  Write("base_session", "uses", Hello() + UsesFrom(1) + UsesFrom(3) + UsesFrom(2));
  Write("base_session", "uses-gap", Hello() + UsesFrom(7));
  for (size_t i = 0; i < drafts.size(); ++i) {
    Write("base_session", "one-" + std::to_string(i), Hello() + PushOf({drafts[i]}));
  }
}

// What the base really said in a session with work in both directions.
void WriteDeviceSessions() {
  DeviceFixture& fixture = DeviceFixture::Get();
  TestDevice jonas(fixture.base, fixture.clock, "jonas", "outreach", {"Testlund"});
  jonas.SaveInquirer("Noor");
  jonas.SyncWell();
  std::string whole;
  int count = 0;
  fixture.device.dialer().on_response = [&](const v1::SyncResponse& response) {
    whole += AsPart(response.SerializeAsString());
    Write("device_session", "one-" + std::to_string(++count), AsPart(response.SerializeAsString()));
    v1::SyncResponse packed = response;
    PackMessage(packed);
    if (!packed.has_packed()) return;
    Write("device_session", "packed-" + std::to_string(count), AsPart(packed.SerializeAsString()));
  };
  fixture.device.SyncWell();
  Write("device_session", "whole", whole);
}

void WriteWounds() {
  const std::string one(1, '\1');
  Write("device_files", "unharmed", "");
  for (char file = 0; file < 8; ++file) {
    Write("device_files", "byte-" + std::to_string(file), AsPart(file + std::string("\x40\1\0\0", 4) + one));
    Write("device_files", "cut-" + std::to_string(file), AsPart(file + std::string("\0\2\0\0", 4)));
  }
}

// Offsets are into a backup that each run of the fuzzer makes anew: its bytes differ, its parts stand where they stood.
void WriteBackups() {
  const auto at = [](uint32_t offset, const std::string& bytes) {
    std::string wound;
    for (int i = 0; i < 4; ++i) wound.push_back(static_cast<char>(offset >> (8 * i)));
    return AsPart(wound + bytes);
  };
  const auto kind = [](char which) { return AsPart(std::string(1, which)); };
  Write("backup", "whole", kind(0));
  Write("backup", "image-whole", kind(1));
  for (const uint32_t offset : {0u, 16u, 48u, 128u, 152u, 160u, 300u, 40'000u}) {
    const std::string name = std::to_string(offset);
    Write("backup", "byte-" + name, kind(0) + at(offset, "x"));
    Write("backup", "cut-" + name, kind(0) + at(offset, ""));
    Write("backup", "image-byte-" + name, kind(1) + at(offset, "x"));
    Write("backup", "image-cut-" + name, kind(1) + at(offset, ""));
  }
  v1::BackupManifest manifest;
  manifest.set_rev(3);
  manifest.set_record_count(2);
  Write("backup", "manifest", kind(2) + AsPart(manifest.SerializeAsString()));
  manifest.set_backup_id(std::string(16, 'b'));
  manifest.set_epoch(std::string(16, 'e'));
  manifest.set_image_bytes(1);
  Write("backup", "manifest-of-another-base", kind(2) + AsPart(manifest.SerializeAsString()));
  Write("backup", "manifest-empty", kind(2));
  Write("backup", "file-newer", kind(3) + AsPart("opgang backup 2\n"));
  Write("backup", "file-other", kind(3) + AsPart("opgang backup 1\n" + std::string(300, 'x')));
  Write("backup", "receipt", kind(4) + AsPart(ReceiptText(std::string(32, 'r'))));
  Write("backup", "receipt-typed", kind(4) + AsPart("k7f2 9qxm 3tbh w000"));
  const std::filesystem::path key = root / "key";
  std::filesystem::remove(key);
  if (!MakeBackupKey(key, SystemRandom()).ok()) return;
  for (const char* half : {"", ".pub"}) {
    const std::string file = key.string() + half;
    Write("backup", "key" + std::string(half), kind(5) + AsPart(ReadWholeFile(file, 4096).value_or("")));
    std::filesystem::remove(file);
  }
}

void WriteAll() {
  ManualClock clock(absl::FromUnixSeconds(1'775'037'600));
  TestBase base(clock);
  HandDevice device(base, clock, "amal", "outreach", {"Testlund"});
  const std::vector<Draft> drafts = DraftsOf(device, AreaScope(base.Area("Testlund")));
  WriteWords();
  WriteCsv();
  WriteInvitation();
  WriteMutations(drafts);
  WriteBaseSessions(drafts);
  WriteDeviceSessions();
  WriteWounds();
  WriteBackups();
}

}  // namespace
}  // namespace opgang::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_corpus DIRECTORY\n";
    return 2;
  }
  opgang::fuzz::root = argv[1];
  opgang::fuzz::WriteAll();
  return 0;
}
