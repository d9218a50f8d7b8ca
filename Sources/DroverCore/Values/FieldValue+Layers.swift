extension FieldValue {
  /// What one layer gives by itself: map entries of other layers are left out, at every depth. Lists belong to a layer
  /// as a whole.
  package func only(_ layer: FieldMark.Layer) -> FieldValue {
    guard case .map(let entries) = self else { return self }
    return .map(
      entries.compactMap { entry in
        entry.mark.layer == layer ? FieldEntry(entry.key, entry.value.only(layer), mark: entry.mark) : nil
      })
  }
}
