namespace Larder.Memory;

/// <summary>The lists of the eviction order that a slot can be in.</summary>
internal enum Region : byte
{
    /// <summary>New entries, until it shows whether they are used.</summary>
    Window,

    /// <summary>Entries on trial; the victims come from here.</summary>
    Probation,

    /// <summary>Entries that were used while they were on trial.</summary>
    Protected,
}
