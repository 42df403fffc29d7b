using Microsoft.EntityFrameworkCore;

namespace Larder.Throughput.Store;

internal sealed class ItemContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<Item> Items => Set<Item>();

    protected override void OnModelCreating(ModelBuilder model) => model.Entity<Item>(item =>
    {
        item.ToTable("larder_bench_items");
        item.Property(row => row.Id).ValueGeneratedNever();
    });
}
