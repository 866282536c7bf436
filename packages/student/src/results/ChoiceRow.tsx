/** One choice among a few short words, side by side. */
export function ChoiceRow<Value extends number | boolean>({
	name,
	legend,
	options,
	chosen,
	onChoose,
}: {
	name: string;
	legend: string;
	options: readonly { value: Value; label: string }[];
	chosen: Value | null;
	onChoose: (value: Value) => void;
}) {
	return (
		<fieldset class="choice-row">
			<legend>{legend}</legend>
			<div>
				{options.map(({ value, label }) => (
					<label key={label} class={`choice ${value === chosen ? "choice-chosen" : ""}`}>
						<input type="radio" name={name} checked={value === chosen} onChange={() => onChoose(value)} />
						<span>{label}</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}
