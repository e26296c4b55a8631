/** Where what is being written was told: ids of the store. */
export interface Place {
  readonly origin: number;
  readonly source: number;
}
