namespace Larder.EntityFrameworkCore.Tests.Shop;

/// <summary>A row that is saved only if nobody else has saved it.</summary>
public sealed class Counted
{
    public int Id { get; set; }

    public int Version { get; set; }
}
