import type { SaveStatus } from "@carhythm/client";
import { unreachable } from "@carhythm/core";
import { useRef } from "preact/hooks";
import type { Messages } from "../i18n/en.ts";
import { useMessages } from "../i18n/texts.ts";
import { useSessionView } from "../visit/visit.ts";

/**
 * Where the answers are, exactly as the engine knows it. A screen reader hears of trouble and of its end, and
 * not of every answer that goes through.
 */
export function SaveLine() {
	const m = useMessages();
	const { save } = useSessionView();
	const announced = useRef(false);
	const calm = save.kind === "saved" || save.kind === "sending";
	if (!calm) announced.current = true;
	const text = saveText(m, save);
	const speaks = !calm || (announced.current && save.kind === "saved");
	return (
		<p class={`save save-${save.kind} ${calm ? "" : "save-waits"}`}>
			<span class="save-mark" aria-hidden="true" />
			<span role="status">{speaks ? text : ""}</span>
			{speaks ? null : <span>{text}</span>}
		</p>
	);
}

function saveText(m: Messages, save: SaveStatus): string {
	switch (save.kind) {
		case "saved":
			return m.save.saved;
		case "sending":
			return m.save.sending;
		case "on_device":
			return m.save.on_device[save.reason];
		case "memory_only":
			return m.save.memory_only[save.reason];
		case "not_saved":
			return m.save.not_saved[save.reason];
		default:
			return unreachable(save);
	}
}
