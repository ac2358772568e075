/**
 * Sentences in English and in Chinese. In the English `{}` stands for what is left as it is (a name, a number, another
 * one's words), `{#}` for a number, `{*}` for what may be a sentence of ours itself; in the Chinese `{1}`, `{2}` … stand for these in turn.
 */
export type Sentences = readonly (readonly [english: string, chinese: string])[];
