{#- What a night adds to tables that are not built anew: docs/decisions/0006-cost-follows-what-is-new.md.

    built_until()           newest batch that the tables hold already, as a literal; empty if they hold none
    came_in(batch_id)       whether a row came in since
    forget_documents()      pre-hook: remove the rows of documents of which something came in since
    forget_versions()       pre-hook: remove the rows of versions that came in since
    forget_counts()         pre-hook: remove the rows of counts that the night may have changed
    is_in_changed_period()  whether a period is one of those in a model that lists what changed
    is_in_changed_year()    whether it lies in the year of one
    of_changed_documents(r) the rows of a relation that are of documents of which something came in since
    rows_to_write(r)        those in an increment, all of them in a full build
    is_of_known_document()  whether a row is of a changed document that was there before
    existing_table(s, n)    a table as it is now, without a dependency; none in a full build
-#}
{% macro built_until() -%}
    '{{ env_var("KETNAP_BUILT_UNTIL", "") }}'
{%- endmacro %}

{% macro came_in(batch_id) -%}
    {{ batch_id }} > {{ built_until() }}
{%- endmacro %}

{#- The newest version of a report came in with its file; a publication also changes with its text or sidecar. -#}
{% macro of_changed_documents(relation) -%}
    select * from {{ relation }}
    where publication_id is null and {{ came_in('batch_id') }}

    union all

    select * from {{ relation }}
    where
        publication_id is not null
        and document_id in (select changed.document_id from {{ ref('int_documents_changed') }} as changed)
{%- endmacro %}

{% macro rows_to_write(relation) -%}
    {%- if is_incremental() -%}
    {{ of_changed_documents(relation) }}
    {%- else -%}
    select * from {{ relation }}
    {%- endif -%}
{%- endmacro %}

{#- Of a document that is new, there is nothing to find in what was there before. -#}
{% macro is_of_known_document() -%}
    document_id in (select changed.document_id from {{ ref('int_documents_changed') }} as changed where changed.is_known)
{%- endmacro %}

{% macro forget_documents() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where {{ is_of_known_document() }}
    {%- endif -%}
{%- endmacro %}

{% macro forget_versions() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where {{ came_in('batch_id') }}
    {%- endif -%}
{%- endmacro %}

{% macro forget_counts() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where
            organisation_id = 'unknown'
            and {{ is_of_known_document() }};

        delete from {{ this }} as kept
        where
            {{ is_in_changed_period('kept.period_id', 'int_counts_changed') }}
            and exists (
                select 1
                from {{ ref('int_counts_changed') }} as changed
                where
                    kept.organisation_id = changed.organisation_id
                    and kept.measure_code = changed.measure_code
                    and kept.group_code = changed.group_code
                    and kept.period_id = changed.period_id
            )
    {%- endif -%}
{%- endmacro %}

{#- The periods in a model that lists what changed, written out. They are few, and rows of one month were written together:
    by a list DuckDB passes over the months that hold none, by a join with what changed it goes through all of them. It
    hands the first and the last on to the other side of a left join, the list not. -#}
{% macro is_in_changed_period(period_id, model) -%}
    {{ is_one_of(period_id, 'select distinct period_id from ' ~ existing_table('intermediate', model)) }}
{%- endmacro %}

{#- The same for all periods of the years that they lie in. -#}
{% macro is_in_changed_year(period_id, model) -%}
    {{ is_one_of(
        period_id,
        'select period_id from ' ~ ref('dim_periods') ~ ' where year in (select year from ' ~ existing_table('intermediate', model) ~ ')'
    ) }}
{%- endmacro %}

{% macro is_one_of(column, query) -%}
    {%- set values = run_query(query).columns[0].values() | sort if execute else [] -%}
    ({{ column }} in ('{{ values | join("', '") }}') and {{ column }} between '{{ values | first }}' and '{{ values | last }}')
{%- endmacro %}

{#- As the night before left it if the model is built later; without a dependency, which would be a circle, or stands already. -#}
{% macro existing_table(schema, name) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {{ return(adapter.get_relation(target.database, schema, name)) }}
    {%- endif -%}
{%- endmacro %}

{#- What a test looks at: of a table that is kept from night to night, or a view of the lake, the rows of what came in
    since; of another view, the periods that the model in its `meta.changed_in` lists. The others were tested when they came
    in, and all of them are again when the table is built anew. -#}
{% macro get_where_subquery(relation) -%}
    {%- set conditions = [] -%}
    {%- if config.get('where') %}{% do conditions.append('(' ~ config.get('where') ~ ')') %}{% endif -%}
    {%- set node = kept_node(relation) if execute and env_var("KETNAP_BUILT_UNTIL", "") and not flags.FULL_REFRESH -%}
    {%- if node and 'batch_id' in node.columns -%}
        {%- do conditions.append(came_in('batch_id')) -%}
    {%- elif node and node.config.meta.changed_in -%}
        {%- do conditions.append(is_in_changed_period('period_id', node.config.meta.changed_in)) -%}
    {%- endif -%}
    {%- if conditions -%}
        {{ return('(select * from ' ~ relation ~ ' where ' ~ conditions | join(' and ') ~ ') as tested') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}

{#- The model behind a relation, if it is kept from night to night or a view. -#}
{% macro kept_node(relation) -%}
    {%- set node = graph.nodes.get('model.' ~ project_name ~ '.' ~ relation.identifier) -%}
    {{ return(node if node and node.config.materialized in ['incremental', 'view']) }}
{%- endmacro %}
