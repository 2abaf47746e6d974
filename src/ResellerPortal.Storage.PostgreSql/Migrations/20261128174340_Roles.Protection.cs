using Microsoft.EntityFrameworkCore.Migrations;

namespace ResellerPortal.Storage.PostgreSql.Migrations;

/// <summary>
/// What the policies of tables read a connection's scope with. The settings count only if they are signed with a key that the running
/// portal's role cannot read; the function runs with its owner's rights.
/// </summary>
public partial class Roles
{
    private static void VerifyScopes(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        CREATE SCHEMA scope;
        CREATE TABLE scope.key (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, inner_pad bytea NOT NULL UNIQUE, outer_pad bytea NOT NULL);
        CREATE FUNCTION scope.read(name text) RETURNS text
        LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
        $$ DECLARE
            given text := current_setting('portal.reseller', true) || '|' || current_setting('portal.customer', true);
        BEGIN
            IF EXISTS (SELECT FROM scope.key k WHERE current_setting('portal.signature', true)
                = encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(given, 'UTF8'))), 'hex'))
            THEN RETURN current_setting(name, true); END IF;
            RETURN NULL;
        END $$;
        """);
}
