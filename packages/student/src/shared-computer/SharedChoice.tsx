import { useId } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";

/** Whether others use this computer too; what follows is said once it is chosen. */
export function SharedChoice({
	checked,
	onChange,
}: {
	checked: boolean;
	onChange: (checked: boolean) => void;
}) {
	const m = useMessages();
	const id = useId();
	return (
		<div class="shared-choice">
			<label>
				<input
					type="checkbox"
					checked={checked}
					aria-describedby={id}
					onChange={(event) => onChange(event.currentTarget.checked)}
				/>
				<span>{m.shared_computer.label}</span>
			</label>
			<p id={id} class="small quiet" hidden={!checked}>
				{m.shared_computer.hint}
			</p>
		</div>
	);
}
