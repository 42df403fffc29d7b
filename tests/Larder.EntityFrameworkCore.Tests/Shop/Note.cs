namespace Larder.EntityFrameworkCore.Tests.Shop;

/// <summary>A row that belongs to a tenant, and is deleted by a mark.</summary>
public sealed class Note
{
    public int Id { get; set; }

    public string Tenant { get; set; } = "";

    public bool IsDeleted { get; set; }

    public string Text { get; set; } = "";
}
