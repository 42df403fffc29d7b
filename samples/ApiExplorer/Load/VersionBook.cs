namespace ApiExplorer.Load;

/// <summary>
/// The highest version of each row that a finished write has reported. A request that starts afterwards must not be answered
/// from an older one.
/// </summary>
internal sealed class VersionBook(int highestTypeId, int highestNamespaceId)
{
    private readonly long[] _types = new long[highestTypeId + 1];
    private readonly long[] _namespaces = new long[highestNamespaceId + 1];

    public long OfType(int id) => Volatile.Read(ref _types[id]);

    public long OfNamespace(int id) => Volatile.Read(ref _namespaces[id]);

    public void Acknowledge(LoadTarget target, in HttpReply reply)
    {
        Raise(ref _types[target.Id], reply.TypeVersion);
        Raise(ref _namespaces[target.NamespaceId], reply.NamespaceVersion);
    }

    private static void Raise(ref long place, long version)
    {
        var current = Volatile.Read(ref place);
        while (current < version)
        {
            var seen = Interlocked.CompareExchange(ref place, version, current);
            if (seen == current)
                return;
            current = seen;
        }
    }
}
