// The commands. Each Add… puts one into the table; its file says what it does.
#ifndef OPGANG_CLI_CLIENT_VERBS_VERBS_H_
#define OPGANG_CLI_CLIENT_VERBS_VERBS_H_

#include "cli-client/app.h"

namespace opgang::cli {

// In a stairwell.
void AddAt(VerbTable& verbs);
void AddDoor(VerbTable& verbs);
void AddContact(VerbTable& verbs);
void AddInquiry(VerbTable& verbs);
void AddIntake(VerbTable& verbs);
// Towards the citizen.
void AddDue(VerbTable& verbs);
void AddReply(VerbTable& verbs);
void AddTookPart(VerbTable& verbs);
void AddClose(VerbTable& verbs);
// Looking and mending.
void AddFind(VerbTable& verbs);
void AddShow(VerbTable& verbs);
void AddCorrect(VerbTable& verbs);
void AddUndo(VerbTable& verbs);
void AddSamePerson(VerbTable& verbs);
void AddConflicts(VerbTable& verbs);
// Between areas.
void AddMove(VerbTable& verbs);
void AddReceipts(VerbTable& verbs);
// Groups.
void AddGroups(VerbTable& verbs);
void AddSeats(VerbTable& verbs);
void AddBook(VerbTable& verbs);
void AddSeat(VerbTable& verbs);
void AddAttend(VerbTable& verbs);
void AddTasks(VerbTable& verbs);
void AddFollowUp(VerbTable& verbs);
// The course, and what comes after it.
void AddCourse(VerbTable& verbs);
void AddQuitDate(VerbTable& verbs);
void AddNicotine(VerbTable& verbs);
void AddCarbonMonoxide(VerbTable& verbs);
void AddEndCourse(VerbTable& verbs);
void AddFourWeeks(VerbTable& verbs);
void AddCall(VerbTable& verbs);
void AddSixMonths(VerbTable& verbs);
void AddClaim(VerbTable& verbs);
void AddHandOver(VerbTable& verbs);
void AddCause(VerbTable& verbs);
// The device and the base.
void AddSync(VerbTable& verbs);
void AddStatus(VerbTable& verbs);
void AddOutbox(VerbTable& verbs);
void AddBoard(VerbTable& verbs);
void AddEnroll(VerbTable& verbs);
void AddUnlock(VerbTable& verbs);
void AddLock(VerbTable& verbs);
void AddDoctor(VerbTable& verbs);
void AddUse(VerbTable& verbs);
// For coordinators.
void AddReport(VerbTable& verbs);
void AddAdmin(VerbTable& verbs);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_VERBS_VERBS_H_
