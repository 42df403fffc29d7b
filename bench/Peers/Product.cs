using System.ComponentModel;

namespace Larder.Peers;

/// <summary>A value. It says that it never changes, so that HybridCache too may hand out the same instance to all.</summary>
[ImmutableObject(true)]
public sealed record Product(int Id, string Name)
{
    /// <summary>A name that makes the JSON of a product about 1 KB long.</summary>
    public static string LongName { get; } = new('x', 1000);
}
