#pragma once

namespace penstock {

/// What a source hands out of a queue that wants to hear of it again: the item goes on, the receipt stays
/// with the source, and `ack`, `nack` and `extend` get it. So an item need not carry what only its queue
/// knows, and need not be copied.
template <class T, class Receipt>
struct delivery {
  T item;
  Receipt receipt;
};

}  // namespace penstock
