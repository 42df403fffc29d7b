namespace Larder.Redis;

/// <summary>What a command does, and so on which connection it goes and whether it may be sent twice.</summary>
internal enum CommandKind
{
    /// <summary>Changes nothing.</summary>
    Read,

    /// <summary>Changes something, and does the same when it is sent twice.</summary>
    IdempotentWrite,

    /// <summary>Must not be carried out twice.</summary>
    Write,
}
