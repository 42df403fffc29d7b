namespace Larder;

/// <summary>How a row changed.</summary>
public enum EntityChangeKind
{
    /// <summary>It was inserted.</summary>
    Create,

    /// <summary>It was updated.</summary>
    Update,

    /// <summary>It was deleted.</summary>
    Delete,

    /// <summary>Any rows of the table may have changed in any way: by a command whose rows are not known.</summary>
    Table,
}
