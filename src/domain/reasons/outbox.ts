/** What operators did, where it stands as a reason at a record or an event. */
export interface OutboxReasons {
  /** An event whose record was replaced by that of a conflict, the quarantined event of this id. */
  readonly 'operator.replaced': { readonly id: number };
  /** A record was corrected while the attempt that delivered it was under way: the gate has the former values. */
  readonly 'operator.corrected-late': Readonly<Record<never, never>>;
}
