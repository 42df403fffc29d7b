global using Microsoft.EntityFrameworkCore;

namespace DocsSnippets;

/// <summary>A context of EF Core with users and orders.</summary>
public abstract class EntitySetup : Prelude
{
    protected static new readonly AppDb db = null!;
    protected static readonly int[] ids = [1, 2, 3];

    public sealed class Order
    {
        public int Id { get; set; }

        public string State { get; set; } = "";
    }

    public sealed class OrderTotal
    {
        public int Id { get; set; }
    }

    public sealed class Person
    {
        public int Id { get; set; }

        public string Name { get; set; } = "";

        public bool IsActive { get; set; }
    }

    public sealed class AppDb(DbContextOptions options, string tenant) : DbContext(options)
    {
        public string TenantName => tenant;

        public DbSet<Person> Users => Set<Person>();

        public DbSet<Order> Orders => Set<Order>();
    }
}
