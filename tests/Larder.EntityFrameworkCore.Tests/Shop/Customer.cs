namespace Larder.EntityFrameworkCore.Tests.Shop;

/// <summary>A row with a key of a type of its own, owned objects in its table, in another table and in a JSON column, and a complex value.</summary>
public sealed class Customer
{
    private readonly string _name;

    public Customer(CustomerId id, string name) => (Id, _name) = (id, name);

    public CustomerId Id { get; private set; }

    public string Name => _name;

    public Address Home { get; set; } = new();

    public List<Phone> Phones { get; set; } = [];

    public Preferences? Preferences { get; set; }

    public Money Credit { get; set; } = new(0, "EUR");

    public List<Order> Orders { get; set; } = [];
}
