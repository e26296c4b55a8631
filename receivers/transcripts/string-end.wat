;; Finds where a JSON string ends, and whether two texts are the same, 16 bytes at a time. string-end.ts says how it is
;; used; scripts/build-wasm.js compiles it.
;;
;; Bytes 0-3 of the memory hold how many escapes the last call stepped over; the text stands from byte 65536 on. It must
;; be followed by a byte below 0x20, so no loop looks at a limit; up to 15 bytes beyond that byte are read, hence the
;; last page.
(module
  (memory (export "memory") 18 18)

  ;; Steps from $at over plain bytes and two-byte escapes and returns where it stopped: at the closing quote, at a byte
  ;; below 0x20, or at a backslash with something else than "\/bfnrt after it.
  (func (export "plainEnd") (param $at i32) (result i32)
    (local $block v128)
    ;; One bit per byte of the block: is it a backslash, does it follow an escaping backslash, does it end the walk.
    (local $backslash i32) (local $escaped i32) (local $stop i32)
    ;; 1 where the first byte of the block follows an escaping backslash at the end of the block before.
    (local $carry i32)
    (local $starts i32) (local $codes i32) (local $escapes i32)
    (loop $next
      (local.set $block (v128.load align=1 (local.get $at)))
      (local.set $backslash
        (i8x16.bitmask (i8x16.eq (local.get $block) (v128.const i8x16 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c))))

      ;; In a run of backslashes every other one escapes. A subtraction carries through all runs of the block at once,
      ;; as in simdjson (arXiv:1902.08318).
      (local.set $starts (i32.and (local.get $backslash) (i32.xor (local.get $carry) (i32.const -1))))
      (local.set $codes
        (i32.xor
          (i32.const 0xaaaa)
          (i32.sub
            (i32.or (i32.shl (local.get $starts) (i32.const 1)) (i32.const 0xaaaa))
            (local.get $starts))))
      (local.set $escaped
        (i32.and
          (i32.const 0xffff)
          (i32.xor (local.get $codes) (i32.or (local.get $backslash) (local.get $carry)))))
      (local.set $carry
        (i32.and (i32.const 1) (i32.shr_u (i32.and (local.get $codes) (local.get $backslash)) (i32.const 15))))

      ;; Stops: a byte below 0x20, a quote that is not escaped, an escaped byte that is none of "\/bfnrt. Of the last
      ;; ones, the table at the low half of a byte has the bits of the high halves that make it one of them.
      (local.set $stop
        (i32.or
          (i32.or
            (i8x16.bitmask (i8x16.lt_u (local.get $block) (v128.const i8x16 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20)))
            (i32.and
              (i8x16.bitmask (i8x16.eq (local.get $block) (v128.const i8x16 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22)))
              (i32.xor (local.get $escaped) (i32.const -1))))
          (i32.and
            (local.get $escaped)
            (i8x16.bitmask
              (i8x16.eq
                (v128.and
                  (i8x16.swizzle
                    ;;             2                 4         6                                      c         e    f
                    (v128.const i8x16 0 0 0xc4 0 0x80 0 0x40 0 0 0 0 0 0x20 0 0x40 0x04)
                    (v128.and (local.get $block) (v128.const i8x16 15 15 15 15 15 15 15 15 15 15 15 15 15 15 15 15)))
                  (i8x16.swizzle
                    (v128.const i8x16 0x01 0x02 0x04 0x08 0x10 0x20 0x40 0x80 0 0 0 0 0 0 0 0)
                    (i8x16.shr_u (local.get $block) (i32.const 4))))
                (v128.const i64x2 0 0))))))
      (if (i32.eqz (local.get $stop))
        (then
          (local.set $escapes (i32.add (local.get $escapes) (i32.popcnt (local.get $escaped))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br $next))))

    ;; From here on $stop is the place in the block, not a mask.
    (local.set $stop (i32.ctz (local.get $stop)))
    (i32.store
      (i32.const 0)
      (i32.add
        (local.get $escapes)
        (i32.popcnt
          (i32.and (local.get $escaped) (i32.sub (i32.shl (i32.const 1) (local.get $stop)) (i32.const 1))))))
    ;; An escaped byte that may not be escaped: back to its backslash.
    (i32.sub
      (i32.add (local.get $at) (local.get $stop))
      (i32.and (i32.const 1) (i32.shr_u (local.get $escaped) (local.get $stop)))))
  ;; 1 where the $length bytes at $one are those at $other; $length is 16 at least.
  (func (export "isSame") (param $one i32) (param $other i32) (param $length i32) (result i32)
    (local $last i32)
    (local.set $last (i32.sub (i32.add (local.get $one) (local.get $length)) (i32.const 16)))
    (loop $next
      (if (v128.any_true
            (v128.xor (v128.load align=1 (local.get $one)) (v128.load align=1 (local.get $other))))
        (then (return (i32.const 0))))
      (local.set $one (i32.add (local.get $one) (i32.const 16)))
      (local.set $other (i32.add (local.get $other) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $one) (local.get $last))))
    ;; What is left overlaps what was compared.
    (local.set $other (i32.add (local.get $other) (i32.sub (local.get $last) (local.get $one))))
    (i32.eqz
      (v128.any_true
        (v128.xor (v128.load align=1 (local.get $last)) (v128.load align=1 (local.get $other)))))))
