namespace ApiExplorer.Database;

/// <summary>What a transaction is for.</summary>
internal enum TransactionKind
{
    /// <summary>Several reads of one state of the database.</summary>
    Read,

    /// <summary>Changes; takes the database's write lock at once.</summary>
    Write,
}
