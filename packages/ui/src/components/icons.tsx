/** Icons are drawn in the text's colour and say nothing to a screen reader: the control that holds one has a name. */
function Icon({ path }: { path: string }) {
	return (
		<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
			<path d={path} />
		</svg>
	);
}

export function UpIcon() {
	return <Icon path="M12 19V5m-6 6 6-6 6 6" />;
}

export function DownIcon() {
	return <Icon path="M12 5v14m-6-6 6 6 6-6" />;
}

export function GripIcon() {
	return <Icon path="M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01" />;
}
