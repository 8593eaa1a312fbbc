/** What the compiler knows of batches. */
import type { Tensor } from "../tensor.ts";
import type { IsAny } from "../types.ts";
import type { TypedArray } from "../dtype.ts";

/** What `default_collate` makes of items of a type. */
export type Collated<Item> =
  IsAny<Item> extends true
    ? Item
    : Item extends Tensor | number | bigint | boolean | TypedArray
      ? Tensor
      : Item extends string
        ? string[]
        : Item extends ReadonlyMap<infer Key, infer Value>
          ? Map<Key, Collated<Value>>
          : Item extends readonly unknown[] | object
            ? { -readonly [Part in keyof Item]: Collated<Item[Part]> }
            : never;

/** What `default_convert` makes of an item of a type. */
export type Converted<Item> =
  IsAny<Item> extends true
    ? Item
    : Item extends TypedArray
      ? Tensor
      : Item extends Tensor | number | bigint | boolean | string | null | undefined
        ? Item
        : Item extends ReadonlyMap<infer Key, infer Value>
          ? Map<Key, Converted<Value>>
          : Item extends readonly unknown[] | object
            ? { -readonly [Part in keyof Item]: Converted<Item[Part]> }
            : Item;
