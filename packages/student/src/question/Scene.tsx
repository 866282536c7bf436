import { inLanguage, isPictureAddress, type Question } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";

/** The little story or picture that some questionnaires put before a question. */
export function Scene({ question }: { question: Question }) {
	const language = useLanguage();
	const { scene_title, scene_narrative } = question;
	// Adopted questions have addresses that no rule of ours has seen.
	const scene_image = isPictureAddress(question.scene_image ?? "") ? question.scene_image : undefined;
	if (!scene_title && !scene_narrative && !scene_image) return null;
	return (
		<div class="scene">
			{scene_image && <img src={scene_image} alt="" />}
			{scene_title && <p class="scene-title">{inLanguage(scene_title, language)}</p>}
			{scene_narrative && <p>{inLanguage(scene_narrative, language)}</p>}
		</div>
	);
}
