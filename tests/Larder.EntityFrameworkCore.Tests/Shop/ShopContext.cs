using Microsoft.EntityFrameworkCore;

namespace Larder.EntityFrameworkCore.Tests.Shop;

public sealed class ShopContext(DbContextOptions options) : DbContext(options)
{
    /// <summary>Gets or sets the tenant whose notes are seen.</summary>
    public string Tenant { get; set; } = "one";

    public DbSet<Product> Products => Set<Product>();

    public DbSet<ProductSummary> Summaries => Set<ProductSummary>();

    public DbSet<Tag> Tags => Set<Tag>();

    public DbSet<Customer> Customers => Set<Customer>();

    public DbSet<Order> Orders => Set<Order>();

    public DbSet<OrderLine> Lines => Set<OrderLine>();

    public DbSet<Animal> Animals => Set<Animal>();

    public DbSet<Vehicle> Vehicles => Set<Vehicle>();

    public DbSet<Note> Notes => Set<Note>();

    public DbSet<Measurement> Measurements => Set<Measurement>();

    public DbSet<Counted> Counted => Set<Counted>();

    public DbSet<Everything> Everything => Set<Everything>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<Product>(product =>
        {
            product.ToTable("products");
            product.Property(row => row.Id).ValueGeneratedNever();
            product.HasMany(row => row.Tags).WithMany(row => row.Products);
        });
        model.Entity<Tag>(tag =>
        {
            tag.ToTable("tags");
            tag.Property(row => row.Id).ValueGeneratedNever();
        });
        model.Entity<ProductSummary>(summary => summary.ToView("product_summaries"));
        model.Entity<Customer>(customer =>
        {
            customer.ToTable("Customers", "people");
            customer.Property(row => row.Id).HasConversion(id => id.Value, value => new CustomerId(value));
            customer.Property(row => row.Name);
            customer.OwnsOne(row => row.Home, home => home.OwnsOne(row => row.Place));
            customer.OwnsMany(row => row.Phones, phone => phone.ToTable("phones"));
            customer.OwnsOne(row => row.Preferences, preferences => preferences.ToJson());
            customer.ComplexProperty(row => row.Credit);
        });
        model.Entity<Order>(order =>
        {
            order.ToTable("orders");
            order.Property(row => row.CustomerId).HasConversion(id => id.Value, value => new CustomerId(value));
            order.HasOne(row => row.Customer).WithMany(row => row.Orders).OnDelete(DeleteBehavior.Cascade);
            order.HasMany(row => row.Lines).WithOne().HasForeignKey(row => row.OrderId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<OrderLine>().ToTable("order_lines").HasKey(row => new { row.OrderId, row.Code });
        model.Entity<Animal>(animal =>
        {
            animal.ToTable("animals");
            animal.Property(row => row.Id).ValueGeneratedNever();
        });
        model.Entity<Cat>();
        model.Entity<Dog>();
        model.Entity<Vehicle>(vehicle =>
        {
            vehicle.ToTable("vehicles");
            vehicle.Property(row => row.Id).ValueGeneratedNever();
        });
        model.Entity<Car>().ToTable("cars");
        model.Entity<Note>(note =>
        {
            note.ToTable("notes").HasQueryFilter(row => row.Tenant == Tenant && !row.IsDeleted);
            note.Property(row => row.Id).ValueGeneratedNever();
        });
        model.Entity<Measurement>().ToTable("measurements").HasKey(row => row.At);
        model.Entity<Counted>(counted =>
        {
            counted.ToTable("counted");
            counted.Property(row => row.Id).ValueGeneratedNever();
            counted.Property(row => row.Version).IsConcurrencyToken();
        });
        model.Entity<Everything>(everything =>
        {
            everything.ToTable("everything");
            everything.Property(row => row.Id).ValueGeneratedNever();
            everything.Property(row => row.Json).HasColumnType("jsonb");
        });
    }
}
