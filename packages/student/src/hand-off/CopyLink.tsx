import { useId, useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";

/** A button that copies; where the page may not (plain http, or denied), the link itself, to be copied by hand. */
export function CopyLink({ link }: { link: string }) {
	const m = useMessages();
	const id = useId();
	const [copied, setCopied] = useState(false);
	const [byHand, setByHand] = useState(!("clipboard" in navigator));
	if (byHand) {
		return (
			<p class="hand-off-link">
				<label for={id}>{m.hand_off.link}</label>
				<input
					id={id}
					type="text"
					dir="ltr"
					readOnly
					value={link}
					onFocus={(event) => event.currentTarget.select()}
				/>
			</p>
		);
	}
	const copy = () =>
		navigator.clipboard.writeText(link).then(
			() => setCopied(true),
			() => setByHand(true),
		);
	return (
		<div>
			<button type="button" class="second outlined wide" onClick={() => void copy()}>
				{m.hand_off.copy}
			</button>
			<span class="unseen" role="status">
				{copied ? m.hand_off.copied : ""}
			</span>
			{copied && (
				<p class="small" aria-hidden="true">
					{m.hand_off.copied}
				</p>
			)}
		</div>
	);
}
