namespace ResellerPortal.Core.Access;

/// <summary>Why an operation was refused, in words for the user; <see cref="Field"/> names the invalid input.</summary>
public sealed record Refusal(string Message, string? Field = null)
{
    public static Refusal Because(string message, string? field = null) => new(message, field);

    public static Refusal NotFound(string what) => new($"This {what} does not exist or you don't have access to it.");
}

/// <summary>The result of an operation, or its refusal. Refusals are expected; bugs throw.</summary>
public readonly struct Outcome<T>
    where T : class
{
    private readonly T? _value;

    private Outcome(T? value, Refusal? refusal) => (_value, Refusal) = (value, refusal);

    public Refusal? Refusal { get; }

    public bool IsRefused => Refusal is not null;

    /// <exception cref="InvalidOperationException">The operation was refused.</exception>
    public T Value => _value ?? throw new InvalidOperationException(Refusal?.Message ?? "This outcome was never set.");

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(null, refusal);
}
