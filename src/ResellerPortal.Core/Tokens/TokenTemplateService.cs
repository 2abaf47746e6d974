using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tokens;

/// <summary>Keeps a reseller's token templates.</summary>
public sealed class TokenTemplateService(PortalDatabase database, TimeProvider clock)
{
    public const string EditAction = "tokens.template";
    private const int MaxTemplates = 100;
    private const int MaxDays = 3650;

    public async Task<IReadOnlyList<TokenTemplate>> ListAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        return await db.TokenTemplates.AsNoTracking().OrderBy(t => t.Name).ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Adds a template, or replaces the terms of one.
    /// Refused: no such template; the name is missing or taken; the terms are not valid for a token; there are too many templates.
    /// </summary>
    /// <param name="id">Null to add one.</param>
    public async Task<Outcome<TokenTemplate>> SaveAsync(
        Actor actor,
        Guid? id,
        TokenTemplateTerms wanted,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.TokensIssue);
        var now = clock.GetUtcNow();
        wanted = wanted with { Name = wanted.Name.Trim() };
        if (Validate(wanted, now) is { } refusal)
        {
            return refusal;
        }

        var reseller = actor.Reseller;
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [reseller.Value], cancellationToken);
        var templates = await db.TokenTemplates.ToListAsync(cancellationToken);
        if (templates.Any(t => t.Id != id && t.Name.Equals(wanted.Name, StringComparison.OrdinalIgnoreCase)))
        {
            return Refusal.Because("Another template has this name. Enter a different one.", nameof(wanted.Name));
        }

        if (id is null && templates.Count >= MaxTemplates)
        {
            return Refusal.Because($"You can have up to {MaxTemplates} templates. Delete some first.");
        }

        var template = templates.SingleOrDefault(t => t.Id == id);
        if (id is not null && template is null)
        {
            return Refusal.NotFound("template");
        }

        if (template is null)
        {
            template = new TokenTemplate { ResellerId = reseller, Name = wanted.Name, Environment = wanted.Terms.Environment };
            db.TokenTemplates.Add(template);
        }

        template.Apply(wanted);
        db.Audit(actor, now, EditAction, $"token template {template.Name} {(id is null ? "added" : "changed")}", reseller);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return template;
    }

    /// <summary>Deletes a template; tokens that were issued from it stay. Refused: no such template.</summary>
    public async Task<Outcome<TokenTemplate>> DeleteAsync(Actor actor, Guid id, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.TokensIssue);
        await using var db = database.Open(actor.Scope);
        if (await db.TokenTemplates.SingleOrDefaultAsync(t => t.Id == id, cancellationToken) is not { } template)
        {
            return Refusal.NotFound("template");
        }

        db.TokenTemplates.Remove(template);
        db.Audit(actor, clock.GetUtcNow(), EditAction, $"token template {template.Name} deleted", template.ResellerId);
        await db.SaveChangesAsync(cancellationToken);
        return template;
    }

    private static Refusal? Validate(TokenTemplateTerms wanted, DateTimeOffset now) => wanted switch
    {
        { Name: var name } when name.Length is 0 or > TokenTemplate.MaxName || !DocumentText.IsClean(name) =>
            Refusal.Because($"Enter a name of up to {TokenTemplate.MaxName} characters.", nameof(wanted.Name)),
        { ExpiresAfterDays: < 1 or > MaxDays } =>
            Refusal.Because($"Enter 1 to {MaxDays:N0} days, or leave it empty for no expiry.", nameof(wanted.ExpiresAfterDays)),
        _ => TokenRequestValidator.Check(
            wanted.Terms with { ExpiresAtUtc = null, NotBeforeUtc = null, IsMaster = false, IsNative = false }, now),
    };
}
