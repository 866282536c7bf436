import type { Migration } from "../migration.ts";
import { tables } from "./001-tables.ts";
import { phase1SessionManagement } from "./002-phase-1-session-management.ts";
import { sessions } from "./003-sessions.ts";
import { handOffs } from "./004-hand-offs.ts";
import { devices } from "./005-devices.ts";
import { incarnation } from "./006-incarnation.ts";
import { pointsScoring } from "./007-points-scoring.ts";
import { reads } from "./008-reads.ts";
import { lateEvents } from "./009-late-events.ts";
import { sessionSizes } from "./010-session-sizes.ts";
import { operatorLog } from "./011-operator-log.ts";
import { privacy } from "./012-privacy.ts";
import { formerIds } from "./013-former-ids.ts";
import { consents } from "./014-consents.ts";

/** All migrations, in order. A released one is never changed; what comes next is added at the end. */
export const migrations: readonly Migration[] = [
	tables,
	phase1SessionManagement,
	sessions,
	handOffs,
	devices,
	incarnation,
	pointsScoring,
	reads,
	lateEvents,
	sessionSizes,
	operatorLog,
	privacy,
	formerIds,
	consents,
];
