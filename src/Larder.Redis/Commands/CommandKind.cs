namespace Larder.Redis.Commands;

/// <summary>What a command does, and so on which connection it goes and whether it may be sent twice.</summary>
internal enum CommandKind
{
    /// <summary>Changes nothing.</summary>
    Read,

    /// <summary>Changes something, and does the same when it is sent twice.</summary>
    IdempotentWrite,

    /// <summary>Must not be carried out twice.</summary>
    Write,

    /// <summary>A write of a load, such as its lease: goes where the reads of its key go, so that what the server says of changes by others comes in order with it. Must not be carried out twice.</summary>
    LoadWrite,
}
