namespace Larder;

/// <summary>A change of a row, told after its transaction was committed and the cache knew of it.</summary>
/// <param name="Kind">How it changed.</param>
/// <param name="Store">The store: what the rows are.</param>
/// <param name="Id">The id of the row, as it stands in the key of its entry; <see langword="null"/> with <see cref="EntityChangeKind.Table"/>.</param>
/// <param name="Tags">The labels that the writer gave the change, for those who listen; none by default. They have nothing to do with the tags of entries.</param>
/// <param name="At">When it was told, by the clock of the cache.</param>
public sealed record EntityChange(EntityChangeKind Kind, string Store, string? Id, IReadOnlyList<string> Tags, DateTimeOffset At);
