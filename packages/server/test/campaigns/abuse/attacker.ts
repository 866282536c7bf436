// A process of its own, so that an attacker's work does not count as the class's waiting.
import { type AttackerData, attack } from "./attacks.ts";

process.once("message", (data: AttackerData) => {
	void attack(data).then((replies) => {
		process.send?.(replies);
		process.disconnect();
	});
});
